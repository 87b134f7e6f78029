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
}

/** One person's corner of local storage; where storage is forbidden, memory of this page only. */
export class Memory {
  private fallback: string | null = null;

  constructor(readonly key: string) {}

  read(): Remembered | null {
    const raw = this.readRaw();
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
    try {
      localStorage.setItem(this.key, raw);
    } catch {
      // Storage is full or forbidden: the conversation lasts as long as the page.
    }
  }

  forget(): void {
    this.fallback = null;
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Storage is forbidden: nothing was kept there.
    }
  }

  private readRaw(): string | null {
    try {
      return localStorage.getItem(this.key);
    } catch {
      return this.fallback;
    }
  }
}
