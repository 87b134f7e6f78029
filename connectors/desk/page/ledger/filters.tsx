import type { JSX } from "preact";
import type { Ledger, List, Total, Wish } from "./ledger_api";

const LISTS: [List, string][] = [
  ["overdue", "超过时限"],
  ["silent", "长期没有进展"],
  ["waiting", "等待企业补正"],
  ["contradictory", "记录矛盾"],
  ["all", "全部办件"],
];

interface Props {
  wish: Wish;
  totals: Ledger["totals"];
  onChange: (part: Partial<Wish>) => void;
}

export function Filters({ wish, totals, onChange }: Props): JSX.Element {
  const count = (list: List): number =>
    list === "all" ? totals.whole.cases : totals.whole.problems[list];
  return (
    <>
      <div class="tabs" role="group" aria-label="清单">
        {LISTS.map(([list, name]) => (
          <button
            key={list}
            type="button"
            aria-pressed={wish.list === list}
            onClick={() => onChange({ list })}
          >
            {name}
            <span class="badge">{count(list)}</span>
          </button>
        ))}
      </div>
      <div class="filters" role="search">
        <label>
          部门
          <Choice
            value={wish.department}
            totals={totals.by_department}
            onChange={(department) => onChange({ department })}
          />
        </label>
        <label>
          阶段
          <Choice
            value={wish.stage}
            totals={totals.by_stage}
            onChange={(stage) => onChange({ stage })}
          />
        </label>
        <label>
          项目、事项、办件号
          <input
            type="search"
            maxLength={100}
            value={wish.text}
            onInput={(event) => onChange({ text: event.currentTarget.value })}
          />
        </label>
        <label>
          多少天没有记录算没有进展
          <input
            type="number"
            min={1}
            max={3650}
            value={wish.silent}
            onInput={(event) => {
              const days = Number(event.currentTarget.value);
              if (Number.isInteger(days) && days >= 1 && days <= 3650) onChange({ silent: days });
            }}
          />
        </label>
      </div>
    </>
  );
}

interface ChoiceProps {
  value: string;
  totals: Total[];
  onChange: (value: string) => void;
}

function Choice({ value, totals, onChange }: ChoiceProps): JSX.Element {
  return (
    <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
      <option value="">全部</option>
      {totals.map(({ name, cases }) => (
        <option key={name} value={name}>
          {name}（{cases}）
        </option>
      ))}
    </select>
  );
}
