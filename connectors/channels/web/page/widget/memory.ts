import { randomKey } from "../../../../page/random_key";
import type { Outgoing } from "../../../../page/outbox";
import type { Owner } from "../../../../page/entries";
import type { MessageBody } from "./chat_api";

/** What outlives a page: never the transcript, only the way back to it. */
export interface Remembered {
  session: string;
  conversation: string;
  enterprise: string | null;
  owner: Owner;
  seen: number;
  unsent: Outgoing<MessageBody>[];
  /** When the person was last here, in milliseconds. */
  touched: number;
}

const PREFIX = "bangban:";

/**
 * One person's corner of the browser's storage: of this window alone on a shared computer. Where
 * storage is forbidden, memory of this page only.
 */
export class Memory {
  private fallback: string | null = null;
  private browserKey: string | null = null;

  constructor(
    readonly key: string,
    private readonly shared: boolean,
  ) {}

  read(): Remembered | null {
    const raw = this.readRaw(this.key) ?? this.fallback;
    if (!raw) return null;
    try {
      return JSON.parse(raw) as Remembered;
    } catch {
      return null;
    }
  }

  write(remembered: Remembered): void {
    const raw = JSON.stringify(remembered);
    this.fallback = raw;
    this.writeRaw(this.key, raw);
  }

  forget(): void {
    this.fallback = null;
    this.browserKey = null;
  }

  /** A secret of this browser: an identity token that it has used is worth nothing elsewhere. */
  browser(): string {
    const place = `${this.key}:browser`;
    this.browserKey ??= this.readRaw(place)?.slice(1, -1) || null;
    if (!this.browserKey) {
      this.browserKey = randomKey();
      this.writeRaw(place, JSON.stringify(this.browserKey));
    }
    return this.browserKey;
  }

  private readRaw(key: string): string | null {
    try {
      return storageOf(this.shared).getItem(key);
    } catch {
      return null;
    }
  }

  private writeRaw(key: string, raw: string): void {
    try {
      storageOf(this.shared).setItem(key, raw);
    } catch {
      // Storage is full or forbidden: the conversation lasts as long as the page.
    }
  }
}

/** Wipes what anybody's conversations with this host left in this browser; returns their sessions. */
export function wipe(host: string): string[] {
  const sessions: string[] = [];
  for (const shared of [true, false]) {
    try {
      const storage = storageOf(shared);
      for (const key of Object.keys(storage).filter((name) => name.startsWith(PREFIX + host))) {
        sessions.push(...sessionIn(storage.getItem(key)));
        storage.removeItem(key);
      }
    } catch {
      // Storage is forbidden: nothing was kept there.
    }
  }
  return sessions;
}

function sessionIn(raw: string | null): string[] {
  try {
    const { session } = JSON.parse(raw ?? "") as Partial<Remembered>;
    return session ? [session] : [];
  } catch {
    return [];
  }
}

function storageOf(shared: boolean): Storage {
  return shared ? sessionStorage : localStorage;
}
