import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { History } from "../history";
import { type Ledger, type LedgerLine, type List, PAGE, PROBLEMS } from "./ledger_api";

const NAMES = {
  overdue: "超过时限",
  silent: "没有进展",
  waiting: "等待补正",
  contradictory: "记录矛盾",
};

interface Props {
  ledger: Ledger;
  list: List;
  offset: number;
  onOffset: (offset: number) => void;
}

export function Cases({ ledger, list, offset, onOffset }: Props): JSX.Element {
  const { lines, count } = ledger;
  const [shown, setShown] = useState<LedgerLine | null>(null);
  if (!count) return <p class="none">没有这样的办件。</p>;
  return (
    <>
      <div class="wide">
        <table class="cases">
          <thead>
            <tr>
              {["项目", "事项", "部门", "状态", "受理", "应办结", "已用／时限", "核查结果"].map(
                (title) => (
                  <th key={title} scope="col">
                    {title}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <Row key={line.case_no} line={line} list={list} onHistory={setShown} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="pages">
        第 {offset + 1} 至 {offset + lines.length} 件，共 {count} 件
        <button type="button" disabled={!offset} onClick={() => onOffset(offset - PAGE)}>
          上一页
        </button>
        <button
          type="button"
          disabled={offset + lines.length >= count}
          onClick={() => onOffset(offset + PAGE)}
        >
          下一页
        </button>
      </p>
      {shown && (
        <History matter={shown.matter} caseNo={shown.case_no} onClose={() => setShown(null)} />
      )}
    </>
  );
}

interface RowProps {
  line: LedgerLine;
  list: List;
  onHistory: (line: LedgerLine) => void;
}

function Row({ line, list, onHistory }: RowProps): JSX.Element {
  const shown = PROBLEMS.filter((kind) => line.problems[kind] !== undefined);
  return (
    <tr>
      <td>
        {line.project_name}
        <small>{line.project_code}</small>
        {line.developer && <small>{line.developer}</small>}
      </td>
      <td>
        {line.matter}
        <small>{line.case_no}</small>
        <button type="button" class="link" onClick={() => onHistory(line)}>
          变化记录
        </button>
      </td>
      <td>
        {line.department}
        {line.steward && <small>管家 {line.steward}</small>}
      </td>
      <td>
        {line.status}
        {line.last_on && <small>{line.last_on}</small>}
      </td>
      <td class="day">{line.accepted_on ?? "—"}</td>
      <td class="day">{line.due_on ?? "—"}</td>
      <td class="day">
        {line.used_days ?? "—"}／{line.limit_days ?? "—"}
      </td>
      <td>
        {shown.map((kind) => (
          <p key={kind} class={kind === list ? "problem chosen" : "problem"}>
            <b>{NAMES[kind]}</b> {line.problems[kind]}
          </p>
        ))}
      </td>
    </tr>
  );
}
