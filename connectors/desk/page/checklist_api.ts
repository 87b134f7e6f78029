import { requestJson } from "../../page/request";

export type MaterialState =
  "missing" | "rejected" | "open" | "shared" | "earlier" | "paper" | "received" | "not_asked";

/** One required material and how it stands. */
export interface Line {
  name: string;
  state: MaterialState;
  state_name: string;
  reason: string;
  issuer: string | null;
  shortcuts: string[];
  /** Where the requirement comes from. */
  note: string;
  /** The name of the file that was taken for it. */
  found_as: string | null;
  where: string | null;
  wrong: string | null;
  /** The id of the tick, when a steward has seen it on paper. */
  paper: number | null;
}

export interface CaseList {
  case_no: string;
  matter: string;
  department: string | null;
  status: string;
  open: boolean;
  objection: string[];
  lines: Line[];
  also_received: string[];
}

export interface ProjectLists {
  code: string;
  name: string;
  cases: CaseList[];
}

export interface Checklists {
  read_at: string;
  /** Says that the platform is away, and when this was read. */
  told_again: string | null;
  projects: ProjectLists[];
}

const ROOT = "/api/desk";
const CHANGE = { "X-Bangban-Desk": "1", "Content-Type": "application/json" };

export const checklistApi = {
  /** Of a project, or else of all projects of the conversation's enterprise. */
  read: (conversation: string, project: string) => {
    const asked = new URLSearchParams({ conversation });
    if (project) asked.set("project", project);
    return requestJson<Checklists>(`${ROOT}/checklists?${asked}`);
  },

  tick: (project: string, case_no: string, material: string) =>
    requestJson<{ paper: number }>(`${ROOT}/papers`, {
      method: "POST",
      headers: CHANGE,
      body: JSON.stringify({ project, case_no, material }),
    }),

  undo: (paper: number) =>
    requestJson<void>(`${ROOT}/papers/${paper}`, { method: "DELETE", headers: CHANGE }),
};
