import { createParser, type EventSourceMessage } from "eventsource-parser";
import { backoffMs, Pause } from "./backoff";
import { Problem, readProblem } from "./request";

const SILENCE_MS = 40_000;
const STEADY_MS = 10_000;
const FAILURES_BEFORE_POLLING = 3;

export type FeedState = "connecting" | "live" | "polling" | "offline";

export interface FeedSource {
  /** Opens the stream behind the newest entry already known. */
  open(signal: AbortSignal): Promise<Response>;
  onEvent(message: EventSourceMessage): void;
  /** Fetches what the stream would have brought. */
  poll(): Promise<void>;
  pollEveryMs: number;
  /** How long to poll before the stream is tried again. */
  pollForMs: number;
  onState(state: FeedState): void;
  /** The server will not serve this reader any more (4xx); the feed has stopped. */
  onRefused(problem: Problem): void;
}

/**
 * Keeps a reader up to date: a server-sent event stream read with fetch (it needs headers, and it
 * must see status codes), reconnected with growing pauses; plain polling where streams do not get
 * through, as behind some office proxies.
 */
export class Feed {
  private running = true;
  private failures = 0;
  private current: AbortController | null = null;
  private readonly pause = new Pause();

  constructor(private readonly source: FeedSource) {}

  /** Runs until `stop`, or until the server refuses; a feed is started once. */
  start(): void {
    addEventListener("online", this.wake);
    void this.run();
  }

  stop(): void {
    this.running = false;
    removeEventListener("online", this.wake);
    this.current?.abort();
    this.pause.end();
  }

  /** The stream looks open but brings nothing: a proxy is holding it back. */
  distrust(): void {
    this.failures = FAILURES_BEFORE_POLLING;
    this.current?.abort();
    this.pause.end();
  }

  private readonly wake = (): void => this.pause.end();

  private async run(): Promise<void> {
    try {
      while (this.running) {
        await this.readStream();
        if (!this.running) return;
        if (this.failures >= FAILURES_BEFORE_POLLING) {
          await this.pollForAWhile();
          continue;
        }
        // Once may be a restart; the second time the reader should not wait for the third.
        if (this.failures > 1) await this.pollOnce();
        await this.pause.wait(backoffMs(this.failures));
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.stop();
      this.source.onRefused(error);
    }
  }

  private async readStream(): Promise<void> {
    const abort = new AbortController();
    this.current = abort;
    const startedAt = Date.now();
    let silence = setTimeout(() => abort.abort(), SILENCE_MS);
    try {
      const response = await this.source.open(abort.signal);
      if (!response.ok || !response.body) throw await readProblem(response);
      const parser = createParser({ onEvent: (message) => this.source.onEvent(message) });
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      this.source.onState("live");
      for (;;) {
        const { done, value } = await reader.read();
        if (done || !this.running) break;
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), SILENCE_MS);
        parser.feed(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      if (error instanceof Problem && !error.passing) throw error;
    } finally {
      clearTimeout(silence);
      abort.abort();
    }
    if (!this.running) return;
    // A stream that served for a while and ended (a restart) is no reason to give streams up.
    const steady = Date.now() - startedAt > STEADY_MS && this.failures < FAILURES_BEFORE_POLLING;
    this.failures = steady ? 0 : this.failures + 1;
    this.source.onState("connecting");
  }

  private async pollForAWhile(): Promise<void> {
    const until = Date.now() + this.source.pollForMs;
    let misses = 0;
    while (this.running && Date.now() < until) {
      misses = (await this.pollOnce()) ? 0 : misses + 1;
      if (!this.running) return;
      await this.pause.wait(misses ? backoffMs(misses) : this.source.pollEveryMs);
    }
    this.failures = FAILURES_BEFORE_POLLING - 1;
  }

  private async pollOnce(): Promise<boolean> {
    try {
      await this.source.poll();
      this.source.onState("polling");
      return true;
    } catch (error) {
      if (error instanceof Problem && !error.passing) throw error;
      this.source.onState("offline");
      return false;
    }
  }
}
