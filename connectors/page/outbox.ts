import { backoffMs, Pause } from "./backoff";
import { Problem } from "./request";
import { randomKey } from "./random_key";

const ATTEMPTS = 5;

export type SendState = "queued" | "sending" | "sent" | "failed" | "refused";

export interface Outgoing<Body> {
  /** The Idempotency-Key: the same for every attempt, so that a repetition changes nothing. */
  key: string;
  text: string;
  body: Body;
  at: string;
  state: SendState;
  /** Why it was refused or failed, in a sentence for the reader. */
  reason: string | null;
  /** The number the server gave it. */
  no: number | null;
}

/** Messages on their way: one at a time and in order, each repeated until it is acknowledged. */
export class Outbox<Body> {
  items: Outgoing<Body>[] = [];
  private draining = false;
  private readonly pause = new Pause();

  constructor(
    private readonly send: (item: Outgoing<Body>) => Promise<number>,
    /** Whether the log already shows the entry of this number. */
    private readonly isShown: (no: number) => boolean,
    private readonly onChange: () => void,
  ) {}

  /** Messages that still need a bubble of their own. */
  get visible(): Outgoing<Body>[] {
    return this.items.filter((item) => item.no === null || !this.isShown(item.no));
  }

  add(text: string, body: Body): void {
    const at = new Date().toISOString();
    const item: Outgoing<Body> = {
      key: randomKey(),
      text,
      body,
      at,
      state: "queued",
      reason: null,
      no: null,
    };
    this.items = [...this.items, item];
    this.retry();
  }

  /** Takes up messages that an earlier page left unacknowledged. */
  restore(items: Outgoing<Body>[]): void {
    const known = new Set(this.items.map((item) => item.key));
    const left = items.filter((item) => !known.has(item.key));
    for (const item of left) if (item.state !== "refused") item.state = "queued";
    this.items = [...left, ...this.items];
    this.retry();
  }

  /** Tries everything that has not gone through, oldest first. */
  retry(): void {
    for (const item of this.items) if (item.state === "failed") item.state = "queued";
    this.pause.end();
    this.onChange();
    void this.drain();
  }

  discard(key: string): void {
    this.items = this.items.filter((item) => item.key !== key);
    this.onChange();
  }

  clear(): void {
    this.items = [];
    this.pause.end();
  }

  /** Lets go of acknowledged messages that the log shows. */
  settle(): void {
    this.items = this.items.filter(
      (item) => item.state !== "sent" || item.no === null || !this.isShown(item.no),
    );
  }

  private async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    try {
      for (let item = this.next(); item; item = this.next()) await this.deliver(item);
    } finally {
      this.draining = false;
    }
  }

  private next(): Outgoing<Body> | undefined {
    const first = this.items.find((item) => item.state !== "sent" && item.state !== "refused");
    return first?.state === "queued" ? first : undefined;
  }

  private async deliver(item: Outgoing<Body>): Promise<void> {
    for (let attempt = 0; this.items.includes(item); attempt += 1) {
      this.mark(item, "sending", null);
      try {
        item.no = await this.send(item);
        item.state = "sent";
        this.settle();
        this.onChange();
        return;
      } catch (error) {
        const reason = (error as Error).message;
        if (error instanceof Problem && !error.passing && error.status !== 401) {
          this.mark(item, "refused", reason);
          return;
        }
        if (attempt + 1 >= ATTEMPTS || (error instanceof Problem && error.status === 401)) {
          this.mark(item, "failed", reason);
          return;
        }
        const asked = error instanceof Problem ? error.retryAfterMs : null;
        await this.pause.wait(asked ?? backoffMs(attempt));
      }
    }
  }

  private mark(item: Outgoing<Body>, state: SendState, reason: string | null): void {
    item.state = state;
    item.reason = reason;
    this.onChange();
  }
}
