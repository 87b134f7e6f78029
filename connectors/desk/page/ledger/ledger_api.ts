import { requestJson } from "../../../page/request";

export const PROBLEMS = ["overdue", "silent", "waiting", "contradictory"] as const;
export type Problem = (typeof PROBLEMS)[number];
export type List = Problem | "all";

/** One case; dates are ISO, days of the clock working days. */
export interface LedgerLine {
  project_code: string;
  project_name: string;
  developer: string | null;
  stage: string;
  matter: string;
  case_no: string;
  department: string;
  status: string;
  accepted_on: string | null;
  due_on: string | null;
  limit_days: number | null;
  used_days: number | null;
  last_on: string | null;
  steward: string | null;
  problems: Partial<Record<Problem, string>>;
}

export interface Total {
  name: string;
  cases: number;
  running: number;
  ended: number;
  passed: number;
  overdue: number;
  ended_late: number;
  mean_days: number | null;
  problems: Record<Problem, number>;
}

export interface Ledger {
  read_at: string;
  count: number;
  lines: LedgerLine[];
  totals: { whole: Total; by_department: Total[]; by_stage: Total[] };
}

export interface Answer {
  reading: { under_way: boolean; done: number; all: number; failed: string | null };
  /** None until it has been read once. */
  ledger: Ledger | null;
}

export interface Wish {
  list: List;
  department: string;
  stage: string;
  text: string;
  silent: number;
}

export const PAGE = 50;
const ROOT = "/api/desk/ledger";

function asked(wish: Wish): URLSearchParams {
  return new URLSearchParams({ ...wish, silent: String(wish.silent) });
}

export const ledgerApi = {
  look: (wish: Wish, offset: number) =>
    requestJson<Answer>(`${ROOT}?${asked(wish)}&offset=${offset}`),

  refresh: () =>
    requestJson<void>(`${ROOT}/refresh`, { method: "POST", headers: { "X-Bangban-Desk": "1" } }),

  workbook: (wish: Wish) => `${ROOT}.xlsx?${asked(wish)}`,
};
