import type { JSX } from "preact";
import { dayAndTime, timeSince } from "../../page/clock";
import type { Summary } from "./desk_api";
import { channelName, enterpriseName } from "./words";
import type { Tab, Workload } from "./workload";

const TABS: [Tab, string][] = [
  ["waiting", "排队中"],
  ["mine", "我的"],
  ["bot", "机器人接待中"],
  ["closed", "已结束"],
];
const NOBODY: Record<Tab, string> = {
  waiting: "没有会话排队。",
  mine: "您现在没有接待中的会话。",
  bot: "智能助手现在没有接待中的会话。",
  closed: "没有已结束的会话。",
};

interface Props {
  workload: Workload;
  selected: string | null;
  onSelect: (id: string) => void;
}

export function Lists({ workload, selected, onSelect }: Props): JSX.Element {
  const { tab, shown, waiting, loaded } = workload;
  const mine = tab === "mine" ? shown.filter((summary) => workload.isMine(summary)) : shown;
  const others = tab === "mine" ? shown.filter((summary) => !workload.isMine(summary)) : [];
  return (
    <nav class="lists" aria-label="会话">
      <div class="tabs" role="group" aria-label="会话分组">
        {TABS.map(([name, label]) => (
          <button
            key={name}
            type="button"
            aria-pressed={tab === name}
            onClick={() => workload.select(name)}
          >
            {label}
            {name === "waiting" && waiting.length > 0 && (
              <span class="badge">{waiting.length}</span>
            )}
          </button>
        ))}
      </div>
      <div class="rows">
        {!loaded && <p class="hint">正在读取…</p>}
        {loaded && mine.length === 0 && <p class="hint">{NOBODY[tab]}</p>}
        <Rows summaries={mine} selected={selected} onSelect={onSelect} />
        {others.length > 0 && <h2>同事接待中</h2>}
        <Rows summaries={others} selected={selected} onSelect={onSelect} />
      </div>
    </nav>
  );
}

interface RowsProps {
  summaries: Summary[];
  selected: string | null;
  onSelect: (id: string) => void;
}

function Rows({ summaries, selected, onSelect }: RowsProps): JSX.Element {
  return (
    <ul>
      {summaries.map((summary) => (
        <li key={summary.id}>
          <button
            type="button"
            class="row"
            aria-current={summary.id === selected}
            onClick={() => onSelect(summary.id)}
          >
            <Row summary={summary} />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Row({ summary }: { summary: Summary }): JSX.Element {
  return (
    <>
      <span class="row-head">
        <strong>{enterpriseName(summary)}</strong>
        <time dateTime={summary.updated_at}>{dayAndTime(summary.updated_at)}</time>
      </span>
      <span class="row-text">{summary.last_entry?.text ?? "还没有消息"}</span>
      <span class="row-foot">
        {summary.owner === "waiting" && summary.waiting_since && (
          <span class="tag waiting">
            {summary.position ? `第 ${summary.position} 位 · ` : ""}已等
            {timeSince(summary.waiting_since)}
          </span>
        )}
        {summary.owner === "waiting" && summary.escalated && <span class="tag late">已超时</span>}
        {summary.owner === "steward" && summary.steward && (
          <span class="tag steward">{summary.steward.name}</span>
        )}
        {summary.matter && <span class="tag">{summary.matter.name}</span>}
        <span class="tag">{channelName(summary.channel)}</span>
      </span>
    </>
  );
}
