import type { Entry, Owner } from "../../../../page/entries";
import { requestJson } from "../../../../page/request";

export interface Queue {
  position: number;
  hours?: string | null;
  answer_by?: string | null;
}

export interface Session {
  session: string;
  conversation: string;
  enterprise: { id: string; name: string } | null;
  owner: Owner;
  last: number;
}

export interface ConversationState {
  owner: Owner;
  enterprise: { id: string; name: string } | null;
  queue: Queue | null;
  steward: string | null;
}

export interface EntriesPage extends ConversationState {
  entries: Entry[];
  last: number;
}

export type MessageBody = { text: string } | { button: string; title: string };

/** The service's chat addresses; every method throws `Problem` or `Unreachable`. */
export class ChatApi {
  constructor(private readonly host: string) {}

  createSession(identityToken: string | null, browser: string, shared: boolean): Promise<Session> {
    return requestJson(`${this.host}/api/chat/sessions`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({
        ...(identityToken ? { identity_token: identityToken } : {}),
        ...(browser ? { browser } : {}),
        ...(shared ? { shared } : {}),
      }),
    });
  }

  endSession(session: string): Promise<void> {
    return requestJson(`${this.host}/api/chat/sessions`, {
      method: "DELETE",
      headers: authorization(session),
      keepalive: true,
    });
  }

  entries(session: string, after: number): Promise<EntriesPage> {
    return requestJson(`${this.host}/api/chat/entries?after=${after}`, {
      headers: authorization(session),
    });
  }

  stream(session: string, after: number, signal: AbortSignal): Promise<Response> {
    return fetch(`${this.host}/api/chat/stream?after=${after}`, {
      headers: { ...authorization(session), Accept: "text/event-stream" },
      cache: "no-store",
      signal,
    });
  }

  sendMessage(session: string, key: string, body: MessageBody): Promise<{ no: number }> {
    return requestJson(`${this.host}/api/chat/messages`, {
      method: "POST",
      headers: {
        ...authorization(session),
        "Content-Type": "application/json",
        "Idempotency-Key": key,
      },
      body: JSON.stringify(body),
    });
  }

  rate(session: string, score: number): Promise<unknown> {
    return requestJson(`${this.host}/api/chat/rating`, {
      method: "POST",
      headers: { ...authorization(session), "Content-Type": "application/json" },
      body: JSON.stringify({ score }),
    });
  }
}

function authorization(session: string): Record<string, string> {
  return { Authorization: `Bearer ${session}` };
}
