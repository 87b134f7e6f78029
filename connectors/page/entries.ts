export type Owner = "bot" | "waiting" | "steward" | "closed";

export interface Button {
  title: string;
  payload: string;
}

/** One line of a conversation's log. `at` is ISO 8601 with an offset. */
export interface Entry {
  no: number;
  kind: "user" | "bot" | "steward" | "note" | "owner" | "rating";
  author: string | null;
  text: string;
  buttons?: Button[] | null;
  at: string;
  owner?: Owner | null;
  /** The code under which what the answer was rendered from is kept. */
  receipt?: string | null;
  /** Addresses, from the service's root, of the one-time notice that the entry hands over. */
  notice?: { page: string; pdf: string; docx: string } | null;
  /** The page of the checklist that the entry tells, and until when it opens. */
  checklist?: { page: string; until: string } | null;
  delivery?: { state: "pending" | "sent" | "failed"; error?: string | null } | null;
}

/** The entries known so far, in order, each number once. */
export class EntryLog {
  entries: readonly Entry[] = [];
  last = 0;

  /** Adds entries, newer versions replacing older ones; returns those not seen before. */
  add(entries: readonly Entry[]): Entry[] {
    const known = new Map(this.entries.map((entry) => [entry.no, entry]));
    const fresh = entries.filter((entry) => !known.has(entry.no));
    for (const entry of entries) known.set(entry.no, entry);
    this.entries = [...known.values()].sort((a, b) => a.no - b.no);
    this.last = Math.max(this.last, ...entries.map((entry) => entry.no));
    return fresh;
  }

  has(no: number): boolean {
    return this.entries.some((entry) => entry.no === no);
  }

  clear(): void {
    this.entries = [];
    this.last = 0;
  }
}

/** Drops control characters that have no place in a message; line breaks and tabs stay. */
export function cleanText(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "").trim();
}

/** Length as the server counts it: in characters, not in UTF-16 units. */
export function textLength(text: string): number {
  return Array.from(text).length;
}

export const MAX_TEXT_LENGTH = 2000;
