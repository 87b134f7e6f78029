import type { JSX } from "preact";
import { Actions } from "./actions";
import { Checklist } from "./checklist";
import type { Steward } from "./desk_api";
import { Facts } from "./facts";
import { ReminderSwitch } from "./reminder_switch";
import type { Thread } from "./thread";
import { Transcript } from "./transcript";
import { enterpriseName, ownerName } from "./words";
import { Writing } from "./writing";

interface Props {
  thread: Thread;
  steward: Steward;
  onBack: () => void;
}

export function ConversationView({ thread, steward, onBack }: Props): JSX.Element {
  const { summary, trouble, unread } = thread;
  if (!summary) {
    return (
      <main class="empty">
        <p role="status">{unread ?? "正在读取会话…"}</p>
        <button type="button" onClick={onBack}>
          返回列表
        </button>
      </main>
    );
  }
  const mine = summary.owner === "steward" && summary.steward?.id === steward.id;
  return (
    <>
      <main class="conversation">
        <div class="conversation-head">
          <button type="button" class="back" onClick={onBack} aria-label="返回列表">
            ‹ 列表
          </button>
          <h2>{enterpriseName(summary)}</h2>
          <span class={`tag ${summary.owner}`}>{mine ? "我接待中" : ownerName(summary)}</span>
          {summary.enterprise && <ReminderSwitch conversation={summary.id} last={summary.last} />}
          <Actions thread={thread} mine={mine} />
        </div>
        <p class="error" role="alert">
          {trouble ?? unread}
        </p>
        <details class="facts-fold">
          <summary>企业、项目和事项</summary>
          <Facts summary={summary} />
          <Checklist key={summary.id} summary={summary} />
        </details>
        <Transcript thread={thread} steward={steward} />
        <Writing thread={thread} steward={steward} mine={mine} />
      </main>
      <aside class="facts" aria-label="企业、项目和事项">
        <Facts summary={summary} />
        <Checklist key={summary.id} summary={summary} />
      </aside>
    </>
  );
}
