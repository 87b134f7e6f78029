import { backoffMs, Pause } from "../../../../page/backoff";
import { type Button, cleanText, type Entry, EntryLog, type Owner } from "../../../../page/entries";
import { Feed, type FeedState } from "../../../../page/feed";
import { Outbox, type Outgoing } from "../../../../page/outbox";
import { Problem } from "../../../../page/request";
import { ChatApi, type ConversationState, type MessageBody, type Queue } from "./chat_api";
import { fetchIdentityToken, memoryKey } from "./identity";
import { IdleWatch } from "./idle_watch";
import { Memory, wipe } from "./memory";
import type { Options } from "./options";

const POLL_EVERY_MS = 3000;
const POLL_FOR_MS = 60_000;
const STREAM_SHOULD_SHOW_IT_MS = 4000;
const BOT_SHOULD_ANSWER_MS = 30_000;

export type Phase = "asleep" | "connecting" | "ready" | "refused";

/** One person's conversation with the service: what is shown, and what keeps it up to date. */
export class Conversation {
  phase: Phase = "asleep";
  /** Why nothing works at the moment, in a sentence for the reader. */
  trouble: string | null = null;
  enterprise: string | null = null;
  owner: Owner = "bot";
  queue: Queue | null = null;
  steward: string | null = null;
  feedState: FeedState = "connecting";
  /** The host site says who is here, but the service did not accept its word. */
  identityRefused = false;
  /** Why the session was ended without being asked to. */
  ended: string | null = null;
  rated = false;
  seen = 0;
  readonly log = new EntryLog();
  readonly outbox: Outbox<MessageBody>;

  private readonly api: ChatApi;
  private memory: Memory | null = null;
  private token: string | null = null;
  private session: string | null = null;
  private conversation = "";
  private renewing: Promise<void> | null = null;
  private connecting: Promise<void> | null = null;
  private feed: Feed | null = null;
  private askedAt = 0;
  /** Rises with every end, so that an answer to an ended session is not taken in. */
  private life = 0;
  private readonly pause = new Pause();
  private readonly idle: IdleWatch | null = null;

  constructor(
    readonly options: Options,
    private readonly onChange: () => void,
  ) {
    if (options.shared) {
      this.idle = new IdleWatch(options.idleMs, {
        inUse: () => this.session !== null,
        onChange: () => this.onChange(),
        onIdle: () => void this.endForIdleness(),
      });
    }
    this.api = new ChatApi(options.host);
    this.outbox = new Outbox(
      (item) => this.deliver(item),
      (no) => this.log.has(no),
      () => this.changed(),
    );
    addEventListener("online", () => {
      this.pause.end();
      if (this.session) this.outbox.retry();
    });
    addEventListener("storage", (event) => this.onStorage(event));
  }

  /** Origin of the service. */
  get host(): string {
    return this.options.host;
  }

  /** Seconds until everything is wiped because nobody is here; null while there is time. */
  get secondsLeft(): number | null {
    return this.idle?.secondsLeft ?? null;
  }

  /** Finds out who is here; connects at once only where an answer from a person may be due. */
  async recognise(): Promise<void> {
    this.recogniseAs(await fetchIdentityToken(this.options));
    let remembered = this.memory?.read();
    if (remembered && this.idle && Date.now() - remembered.touched > this.options.idleMs) {
      // A window that was brought back: who it belonged to has left.
      await this.end();
      remembered = null;
    }
    this.seen = remembered?.seen ?? 0;
    if (remembered && (remembered.owner === "waiting" || remembered.owner === "steward")) {
      void this.connect();
    }
  }

  /** Opens the session, shows what was said and stays up to date; safe to call again. */
  connect(): Promise<void> {
    if (this.phase === "ready") return Promise.resolve();
    this.connecting ??= this.connectUntilReady().finally(() => {
      this.connecting = null;
    });
    return this.connecting;
  }

  private async connectUntilReady(): Promise<void> {
    const life = this.life;
    this.phase = "connecting";
    this.changed();
    for (let attempt = 0; life === this.life; attempt += 1) {
      try {
        await this.begin();
        if (life === this.life) this.settleIn();
        return;
      } catch (error) {
        if (life !== this.life) return;
        this.trouble = (error as Error).message;
        if (error instanceof Problem && !error.passing) {
          this.phase = "refused";
          this.changed();
          return;
        }
        this.changed();
        await this.pause.wait(backoffMs(attempt));
      }
    }
  }

  send(text: string): void {
    const cleaned = cleanText(text);
    if (cleaned) this.outbox.add(cleaned, { text: cleaned });
    void this.connect();
  }

  press(button: Button): void {
    this.outbox.add(button.title, { button: button.payload, title: button.title });
  }

  /** Takes a refused message back, to be written anew. */
  takeBack(item: Outgoing<MessageBody>): string {
    this.outbox.discard(item.key);
    return item.text;
  }

  markSeen(): void {
    if (this.seen >= this.log.last) return;
    this.seen = this.log.last;
    this.remember();
  }

  get unseen(): number {
    return this.log.entries.filter(
      (entry) => entry.no > this.seen && (entry.kind === "bot" || entry.kind === "steward"),
    ).length;
  }

  /** The bot has been asked and has not answered yet. */
  get awaitingBot(): boolean {
    if (this.owner !== "bot" || this.phase !== "ready") return false;
    if (this.outbox.items.some((item) => item.state === "sending" || item.state === "sent")) {
      return true;
    }
    const last = this.log.entries[this.log.entries.length - 1];
    return last?.kind === "user" && Date.now() - this.askedAt < BOT_SHOULD_ANSWER_MS;
  }

  async rate(score: number): Promise<void> {
    if (!this.session) return;
    this.rated = true;
    this.changed();
    try {
      await this.api.rate(this.session, score);
    } catch (error) {
      this.rated = false;
      this.trouble = (error as Error).message;
      this.changed();
    }
  }

  /** Ends the session and forgets it on this computer, even when the server cannot be reached. */
  async end(): Promise<void> {
    const sessions = new Set(this.session ? [this.session] : []);
    const kept = this.memory?.read()?.session;
    if (kept) sessions.add(kept);
    this.sleep();
    this.memory?.forget();
    for (const session of wipe(this.options.host)) sessions.add(session);
    this.ended = null;
    this.changed();
    const ends = [...sessions].map((session) => this.api.endSession(session));
    await Promise.allSettled(ends);
  }

  private async endForIdleness(): Promise<void> {
    const ending = this.end();
    this.ended = "长时间没有操作，已结束会话并清除记录。";
    this.changed();
    await ending;
  }

  private async begin(): Promise<void> {
    if (!this.memory) await this.recognise();
    const remembered = this.memory?.read();
    if (remembered && !this.session) {
      this.session = remembered.session;
      this.conversation = remembered.conversation;
      this.enterprise = remembered.enterprise;
      this.outbox.restore(remembered.unsent);
    }
    if (!this.session) await this.openSession();
    await this.withSession(() => this.catchUp());
  }

  private settleIn(): void {
    this.phase = "ready";
    this.trouble = null;
    this.ended = null;
    this.startFeed();
    this.outbox.retry();
  }

  private async openSession(): Promise<void> {
    const life = this.life;
    if (this.options.identityUrl) this.recogniseAs(await fetchIdentityToken(this.options));
    const browser = (this.token && this.memory?.browser()) || "";
    const opened = await this.api.createSession(this.token, browser, this.options.shared);
    if (life !== this.life) return;
    if (opened.conversation !== this.conversation) {
      this.log.clear();
      this.seen = 0;
      this.rated = false;
    }
    this.session = opened.session;
    this.conversation = opened.conversation;
    this.enterprise = opened.enterprise?.name ?? null;
    this.identityRefused = this.token !== null && !opened.enterprise;
    if (this.identityRefused) this.memory = this.memoryOf(null);
    this.owner = opened.owner;
    this.remember();
  }

  private recogniseAs(token: string | null): void {
    const key = memoryKey(this.options.host, token);
    this.token = token;
    if (this.memory?.key === key) return;
    // Somebody else is signed in now: nothing of the person before may reach them.
    if (this.memory) this.outbox.clear();
    this.memory = this.memoryOf(token);
  }

  private memoryOf(token: string | null): Memory {
    return new Memory(memoryKey(this.options.host, token), this.options.shared);
  }

  /** Runs `use`; a session that has expired is replaced quietly, once. */
  private async withSession<T>(use: (session: string) => Promise<T>): Promise<T> {
    const session = this.session;
    try {
      return await use(session ?? "");
    } catch (error) {
      if (!isExpiry(error)) throw error;
      if (session === this.session) await this.renew();
      return use(this.session ?? "");
    }
  }

  private renew(): Promise<void> {
    this.renewing ??= this.openSession().finally(() => {
      this.renewing = null;
    });
    return this.renewing;
  }

  private async deliver(item: Outgoing<MessageBody>): Promise<number> {
    await this.connect();
    if (this.phase !== "ready")
      throw new Problem(401, this.trouble ?? "暂时连接不上，请稍后再试。");
    const { no } = await this.withSession((session) =>
      this.api.sendMessage(session, item.key, item.body),
    );
    setTimeout(() => {
      if (this.phase === "ready" && this.log.last < no) this.feed?.distrust();
    }, STREAM_SHOULD_SHOW_IT_MS);
    return no;
  }

  private async catchUp(): Promise<void> {
    for (;;) {
      const before = this.log.last;
      const page = await this.api.entries(this.session ?? "", before);
      this.takeIn(page.entries);
      this.takeState(page);
      if (this.log.last === before || this.log.last >= page.last) return;
    }
  }

  private startFeed(): void {
    this.feed?.stop();
    this.feed = new Feed({
      open: (signal) => this.api.stream(this.session ?? "", this.log.last, signal),
      onEvent: ({ event, data }) => {
        if (event === "entry") this.takeIn([JSON.parse(data) as Entry]);
        if (event === "state") this.takeState(JSON.parse(data) as ConversationState);
        this.changed();
      },
      poll: async () => {
        await this.withSession(() => this.catchUp());
        this.changed();
      },
      pollEveryMs: POLL_EVERY_MS,
      pollForMs: POLL_FOR_MS,
      onState: (state) => {
        this.feedState = state;
        this.changed();
      },
      onRefused: (problem) => void this.comeBack(problem),
    });
    this.feed.start();
  }

  private async comeBack(problem: Problem): Promise<void> {
    if (isExpiry(problem)) {
      // Asking for the entries finds the session expired, too, and replaces it.
      this.phase = "asleep";
      return this.connect();
    }
    this.phase = "refused";
    this.trouble = problem.message;
    this.changed();
  }

  private takeIn(entries: Entry[]): void {
    const fresh = this.log.add(entries);
    this.outbox.settle();
    for (const entry of fresh) {
      if (entry.kind === "user") this.takeInOwn(entry);
      if (entry.kind === "rating") this.rated = true;
      if (entry.kind === "owner" && entry.owner) this.takeOwner(entry.owner, entry.author);
    }
    this.remember();
  }

  /** The stream may show our own message before the server has acknowledged it. */
  private takeInOwn(entry: Entry): void {
    if (this.phase === "ready") {
      this.askedAt = Date.now();
      setTimeout(() => this.changed(), BOT_SHOULD_ANSWER_MS);
    }
    const own = this.outbox.items.find((item) => item.state === "sending");
    if (own && own.text === entry.text) own.no = entry.no;
  }

  private takeOwner(owner: Owner, author: string | null): void {
    this.owner = owner;
    this.steward = owner === "steward" ? author : null;
    // A conversation that begins anew may be rated anew.
    if (owner !== "closed") this.rated = false;
  }

  private takeState({ owner, enterprise, queue, steward }: ConversationState): void {
    this.owner = owner;
    this.enterprise = enterprise?.name ?? null;
    this.queue = queue;
    this.steward = steward;
    this.remember();
  }

  private remember(): void {
    if (!this.session) return;
    this.memory?.write({
      session: this.session,
      conversation: this.conversation,
      enterprise: this.enterprise,
      owner: this.owner,
      seen: this.seen,
      unsent: this.outbox.items.filter((item) => item.state !== "sent"),
      touched: this.idle?.touched ?? Date.now(),
    });
  }

  private onStorage(event: StorageEvent): void {
    // Cleared in another window of this browser: clear this one too.
    if (this.memory && event.key === this.memory.key && event.newValue === null) {
      this.sleep();
      this.changed();
    }
  }

  private sleep(): void {
    this.life += 1;
    this.connecting = null;
    this.feed?.stop();
    this.feed = null;
    this.pause.end();
    this.outbox.clear();
    this.log.clear();
    this.phase = "asleep";
    this.session = null;
    this.conversation = "";
    this.enterprise = null;
    this.identityRefused = false;
    this.owner = "bot";
    this.queue = null;
    this.steward = null;
    this.trouble = null;
    this.rated = false;
    this.seen = 0;
  }

  private changed(): void {
    if (this.phase === "ready") this.remember();
    this.onChange();
  }
}

function isExpiry(error: unknown): boolean {
  return error instanceof Problem && (error.status === 401 || error.status === 404);
}
