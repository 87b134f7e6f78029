import type { JSX } from "preact";
import type { Total } from "./ledger_api";

const COLUMNS: [string, (total: Total) => number | string][] = [
  ["办件", (total) => total.cases],
  ["在办", (total) => total.running],
  ["办结", (total) => total.ended],
  ["通过", (total) => total.passed],
  ["在办超期", (total) => total.overdue],
  ["超期办结", (total) => total.ended_late],
  ["没有进展", (total) => total.problems.silent],
  ["等待补正", (total) => total.problems.waiting],
  ["记录矛盾", (total) => total.problems.contradictory],
  ["通过平均用时", (total) => total.mean_days ?? "—"],
];

interface Props {
  title: string;
  rows: Total[];
  whole: Total;
}

export function TotalsTable({ title, rows, whole }: Props): JSX.Element {
  return (
    <section>
      <h2>{title}</h2>
      <div class="wide">
        <table class="totals">
          <thead>
            <tr>
              <th scope="col">名称</th>
              {COLUMNS.map(([name]) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...rows, whole].map((total) => (
              <tr key={total.name}>
                <th scope="row">{total.name}</th>
                {COLUMNS.map(([name, value]) => (
                  <td key={name}>{value(total)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
