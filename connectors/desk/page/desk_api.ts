import type { Entry, Owner } from "../../page/entries";
import { requestJson } from "../../page/request";

export interface Steward {
  id: number;
  name: string;
}

export interface Summary {
  id: string;
  channel: string;
  owner: Owner;
  /** Counts the changes of owner: an action on an older state is refused. */
  epoch: number;
  enterprise: { id: string; name: string } | null;
  steward: Steward | null;
  matter: { id: string; name: string } | null;
  project: { code: string; name: string } | null;
  waiting_since: string | null;
  /** By when the enterprise was promised an answer. */
  answer_by: string | null;
  /** The promise was not kept. */
  escalated: boolean;
  position: number | null;
  last_entry: Entry | null;
  last: number;
  updated_at: string;
}

export interface Changed {
  conversation: string;
  last: number;
  owner: Owner;
  epoch: number;
}

/** An answer that the catalogue no longer gives, and what differs by now. */
export interface Correction {
  conversation: string;
  channel: string;
  enterprise: { id: string; name: string } | null;
  no: number;
  at: string;
  receipt: string;
  matter: { id: string; name: string };
  changes: string[];
}

/** A case that a steward should look at: a limit near or over, a case that vanished or went back. */
export interface Alert {
  id: number;
  kind: "near_limit" | "overdue" | "vanished" | "went_back";
  label: string;
  at: string;
  read_at: string;
  case_no: string;
  matter: string;
  project: { code: string; name: string };
  /** Credit codes of whoever develops the project. */
  enterprises: string[];
  /** The one that has a conversation here. */
  enterprise: { id: string; name: string } | null;
  /** Whose project it is, by the ledger. */
  steward: string | null;
  text: string;
  /** The latest conversation of the enterprise. */
  conversation: string | null;
}

/** What there was to know when this working day began. */
export interface MorningDigest {
  day: string;
  at: string;
  read_at: string | null;
  sections: {
    id: string;
    title: string;
    count: number;
    lines: { name: string; detail: string; conversation: string | null }[];
  }[];
}

export type OwnerAction = "claim" | "hand-back" | "close";
export type SpokenKind = "reply" | "note";

const ROOT = "/api/desk";
// The server takes no change without this header, which another site cannot make a browser send.
const CHANGE = { "X-Bangban-Desk": "1", "Content-Type": "application/json" };

function post<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
  return requestJson(ROOT + path, {
    method: "POST",
    headers: { ...CHANGE, ...headers },
    body: JSON.stringify(body),
  });
}

function conversationPath(id: string): string {
  return `/conversations/${encodeURIComponent(id)}`;
}

export const deskApi = {
  signedIn: () => requestJson<{ steward: Steward }>(`${ROOT}/session`),

  signIn: (name: string, password: string) =>
    post<{ steward: Steward }>("/session", { name, password }),

  signOut: () => requestJson<void>(`${ROOT}/session`, { method: "DELETE", headers: CHANGE }),

  conversations: (owner: Owner) =>
    requestJson<{ conversations: Summary[] }>(`${ROOT}/conversations?owner=${owner}`),

  conversation: (id: string) => requestJson<Summary>(ROOT + conversationPath(id)),

  entries: (id: string, after: number) =>
    requestJson<{ entries: Entry[]; last: number }>(
      `${ROOT}${conversationPath(id)}/entries?after=${after}`,
    ),

  changeOwner: (id: string, action: OwnerAction, epoch: number) =>
    post<Summary | undefined>(`${conversationPath(id)}/${action}`, { epoch }),

  speak: (id: string, kind: SpokenKind, text: string, key: string) =>
    post<{ no: number }>(`${conversationPath(id)}/${kind}`, { text }, { "Idempotency-Key": key }),

  corrections: () => requestJson<{ changes: Correction[] }>(`${ROOT}/changes`),

  settle: (receipt: string) => post<void>(`/changes/${receipt}/settled`, {}),

  alerts: () => requestJson<{ words: Alert[]; count: number }>(`${ROOT}/words`),

  markSeen: (alert: number) => post<void>(`/words/${alert}/seen`, {}),

  digest: () => requestJson<{ digest: MorningDigest | null }>(`${ROOT}/digest`),

  reminded: (id: string) =>
    requestJson<{ on: boolean }>(`${ROOT}${conversationPath(id)}/reminders`),

  remind: (id: string, on: boolean) =>
    post<{ on: boolean }>(`${conversationPath(id)}/reminders`, { on }),

  resend: (id: string, no: number) => post<unknown>(`${conversationPath(id)}/resend`, { no }),

  stream: (signal: AbortSignal) =>
    fetch(`${ROOT}/stream`, {
      headers: { Accept: "text/event-stream" },
      cache: "no-store",
      signal,
    }),
};
