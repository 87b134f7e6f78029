import { requestJson } from "../../page/request";

export type GrantState = "waiting" | "lapsed" | "active" | "revoked" | "given_up";

/** One person's right to see one enterprise's cases. */
export interface Grant {
  id: number;
  enterprise: { id: string; name: string };
  person: string;
  /** The host site that vouches for the person; null: a one-time code. */
  site: string | null;
  channel: string | null;
  conversation: string | null;
  issued_by: string;
  issued_at: string;
  bound_at: string | null;
  ended_at: string | null;
  ended_by: string | null;
  state: GrantState;
}

/** Who, when, what. */
export interface TrailLine {
  at: string;
  who: string;
  label: string;
  enterprise: string | null;
  detail: string;
}

export interface Issued {
  grant: Grant;
  /** Shown this once; null when it went to the registered contact. */
  code: string | null;
  expires_at: string;
  sent_to: string | null;
}

export interface Wish {
  enterprise: string;
  enterprise_name: string;
  person: string;
  send: boolean;
}

const ROOT = "/api/desk/grants";
const CHANGE = { "X-Bangban-Desk": "1", "Content-Type": "application/json" };

function post<T>(address: string, body: unknown): Promise<T> {
  return requestJson(address, { method: "POST", headers: CHANGE, body: JSON.stringify(body) });
}

export const grantsApi = {
  /** Of an enterprise, by its credit code, or of all. */
  list: (enterprise: string) =>
    requestJson<{ grants: Grant[]; trail: TrailLine[] }>(
      enterprise ? `${ROOT}?enterprise=${encodeURIComponent(enterprise)}` : ROOT,
    ),

  issue: (wish: Wish) => post<Issued>(ROOT, wish),

  change: (grant: number, what: "revoke" | "restore") =>
    post<{ grant: Grant }>(`${ROOT}/${grant}/${what}`, {}),
};
