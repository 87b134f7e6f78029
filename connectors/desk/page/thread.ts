import { type Entry, EntryLog } from "../../page/entries";
import { Outbox } from "../../page/outbox";
import { Problem } from "../../page/request";
import { deskApi, type OwnerAction, type SpokenKind, type Summary } from "./desk_api";

const PENDING_CHECK_MS = 5000;

export interface Ties {
  onChange: () => void;
  onExpired: (problem: Problem) => void;
}

/** One conversation as the desk shows it: its head, its entries and what is on its way. */
export class Thread {
  summary: Summary | null = null;
  /** Why the last action did not happen. */
  trouble: string | null = null;
  /** Why the conversation cannot be read at the moment. */
  unread: string | null = null;
  busy = false;
  readonly log = new EntryLog();
  readonly outbox: Outbox<SpokenKind>;
  private fetching: Promise<void> | null = null;
  private again = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly id: string,
    public ties: Ties,
  ) {
    this.outbox = new Outbox(
      async ({ body, text, key }) => {
        const { no } = await this.guarded(() => deskApi.speak(id, body, text, key));
        void this.refresh();
        return no;
      },
      (no) => this.log.has(no),
      () => this.ties.onChange(),
    );
  }

  get claimable(): boolean {
    return this.summary?.owner === "bot" || this.summary?.owner === "waiting";
  }

  /** Fetches head and new entries; a call during a fetch causes one more fetch after it. */
  refresh(): Promise<void> {
    this.again = true;
    this.fetching ??= this.fetchWhileAsked().finally(() => {
      this.fetching = null;
    });
    return this.fetching;
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  async act(action: OwnerAction): Promise<void> {
    if (!this.summary || this.busy) return;
    await this.attempt(() => deskApi.changeOwner(this.id, action, this.summary!.epoch));
  }

  async resend(entry: Entry): Promise<void> {
    await this.attempt(() => deskApi.resend(this.id, entry.no));
  }

  /** Runs a change and then shows the state it led to — also when somebody else was faster. */
  private async attempt(change: () => Promise<unknown>): Promise<void> {
    this.busy = true;
    this.trouble = null;
    this.ties.onChange();
    try {
      await this.guarded(change);
    } catch (error) {
      this.trouble = (error as Error).message;
    }
    await this.refresh();
    this.busy = false;
    this.ties.onChange();
  }

  private async guarded<T>(use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.ties.onExpired(error);
      throw error;
    }
  }

  private async fetchWhileAsked(): Promise<void> {
    while (this.again) {
      this.again = false;
      try {
        const [summary, page] = await this.guarded(() =>
          Promise.all([
            deskApi.conversation(this.id),
            deskApi.entries(this.id, this.lastSettled()),
          ]),
        );
        this.unread = null;
        this.takeIn(summary, page.entries);
        this.again ||= page.entries.length > 0 && this.log.last < page.last;
      } catch (error) {
        this.unread = (error as Error).message;
      }
      this.ties.onChange();
    }
  }

  private takeIn(summary: Summary, entries: Entry[]): void {
    this.summary = summary;
    this.log.add(entries);
    this.outbox.settle();
    clearTimeout(this.timer);
    if (this.log.entries.some((entry) => entry.delivery?.state === "pending")) {
      this.timer = setTimeout(() => void this.refresh(), PENDING_CHECK_MS);
    }
  }

  /** Entries behind this number may still change: their delivery is under way. */
  private lastSettled(): number {
    const open = this.log.entries.find(
      (entry) => entry.delivery && entry.delivery.state !== "sent",
    );
    return open ? open.no - 1 : this.log.last;
  }
}
