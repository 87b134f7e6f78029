import { requestJson } from "../../page/request";

/** What was seen to change on the approval system; `at` is when it was seen. */
export interface Change {
  no: number;
  at: string;
  seen_by: string;
  label: string;
  alarming: boolean;
  note: string;
}

/** All changes of a case, oldest first. */
export async function historyOf(caseNo: string): Promise<Change[]> {
  const found: Change[] = [];
  for (;;) {
    const after = found.at(-1)?.no ?? 0;
    const about = new URLSearchParams({ about: caseNo, after: String(after) });
    const { changes } = await requestJson<{ changes: Change[] }>(
      `/api/desk/ledger/changes?${about}`,
    );
    if (!changes.length) return found;
    found.push(...changes);
  }
}
