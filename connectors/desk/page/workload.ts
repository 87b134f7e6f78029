import { Feed, type FeedState } from "../../page/feed";
import { Problem } from "../../page/request";
import { type Changed, deskApi, type Steward, type Summary } from "./desk_api";

const GATHER_MS = 300;
const POLL_EVERY_MS = 10_000;

export type Tab = "waiting" | "mine" | "bot" | "closed";

const OWNER_OF_TAB = { waiting: "waiting", mine: "steward", bot: "bot", closed: "closed" } as const;

/** The lists of the desk, kept up to date, and who wants to hear of a changed conversation. */
export class Workload {
  tab: Tab = "waiting";
  waiting: Summary[] = [];
  shown: Summary[] = [];
  loaded = false;
  trouble: string | null = null;
  feedState: FeedState = "connecting";
  /** One sentence on who joined the queue since the last look, for screen readers. */
  announcement = "";

  private known: ReadonlySet<string> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<(conversation: string | null) => void>();
  private readonly feed: Feed;

  constructor(
    private readonly steward: Steward,
    private readonly onChange: () => void,
    private readonly onExpired: () => void,
  ) {
    this.feed = new Feed({
      open: (signal) => deskApi.stream(signal),
      onEvent: ({ event, data }) => {
        if (event === "changed") this.heard(JSON.parse(data) as Changed);
      },
      poll: () => this.refreshAll(),
      pollEveryMs: POLL_EVERY_MS,
      pollForMs: 6 * POLL_EVERY_MS,
      onState: (state) => this.onFeedState(state),
      onRefused: (problem) => this.failed(problem),
    });
  }

  start(): void {
    this.feed.start();
    void this.refresh();
  }

  stop(): void {
    this.feed.stop();
    clearTimeout(this.timer);
  }

  select(tab: Tab): void {
    this.tab = tab;
    this.shown = tab === "waiting" ? this.waiting : [];
    this.loaded = tab === "waiting";
    this.onChange();
    void this.refresh();
  }

  /** Calls `listener` with the changed conversation's id, or null when any may have changed. */
  listen(listener: (conversation: string | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Many changes within a moment cause one refresh. */
  refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.refresh();
    }, GATHER_MS);
  }

  isMine(summary: Summary): boolean {
    return summary.owner === "steward" && summary.steward?.id === this.steward.id;
  }

  /** Reports an error of any part of the desk; an expired session leads back to the door. */
  failed(error: unknown): void {
    if (error instanceof Problem && error.status === 401) {
      this.stop();
      this.onExpired();
      return;
    }
    this.trouble = (error as Error).message;
    this.onChange();
  }

  private async refresh(): Promise<void> {
    try {
      await this.load();
    } catch (error) {
      this.failed(error);
    }
  }

  private async refreshAll(): Promise<void> {
    await this.load();
    this.tell(null);
  }

  private async load(): Promise<void> {
    const tab = this.tab;
    const [waiting, shown] = await Promise.all([
      deskApi.conversations("waiting"),
      tab === "waiting" ? null : deskApi.conversations(OWNER_OF_TAB[tab]),
    ]);
    this.waiting = waiting.conversations;
    this.announceNew();
    if (tab === this.tab) {
      this.shown = shown?.conversations ?? this.waiting;
      this.loaded = true;
    }
    this.trouble = null;
    this.onChange();
  }

  private announceNew(): void {
    const known = this.known;
    this.known = new Set(this.waiting.map((summary) => summary.id));
    if (!known) return;
    const added = this.waiting.filter((summary) => !known.has(summary.id));
    if (!added.length) return;
    const first = added[0]?.enterprise?.name ?? "一位访客";
    this.announcement =
      added.length === 1
        ? `${first}正在排队等待人工，共 ${this.waiting.length} 个会话排队`
        : `新增 ${added.length} 个排队会话，共 ${this.waiting.length} 个`;
  }

  private heard(changed: Changed): void {
    this.refreshSoon();
    this.tell(changed.conversation);
  }

  private onFeedState(state: FeedState): void {
    const back = state === "live" && this.feedState !== "live";
    this.feedState = state;
    if (back) {
      // What changed while the line was down was not announced.
      this.refreshSoon();
      this.tell(null);
    }
    this.onChange();
  }

  private tell(conversation: string | null): void {
    for (const listener of this.listeners) listener(conversation);
  }
}
