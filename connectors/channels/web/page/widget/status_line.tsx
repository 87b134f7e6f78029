import type { JSX } from "preact";
import { dayAndTime } from "../../../../page/clock";
import type { Conversation } from "./conversation";

/** Who is serving, and whether the line is up; announced politely when it changes. */
export function StatusLine({ conversation }: { conversation: Conversation }): JSX.Element {
  const { phase, trouble, feedState } = conversation;
  const lost = phase === "ready" && (feedState === "connecting" || feedState === "offline");
  return (
    <div class={`status ${conversation.owner}`} role="status">
      <p>{servedBy(conversation)}</p>
      {trouble && (
        <p class="trouble">
          {trouble}
          {phase === "refused" && (
            <button type="button" onClick={() => void conversation.connect()}>
              重试
            </button>
          )}
        </p>
      )}
      {conversation.identityRefused && (
        <p class="trouble">
          登录信息没有通过核验或已经用过，现在按匿名咨询。请刷新页面；仍然不行，请重新登录网站。
        </p>
      )}
      {conversation.secondsLeft !== null && (
        <p class="trouble">
          很久没有操作，
          {conversation.secondsLeft > 10 ? "即将" : `${conversation.secondsLeft} 秒后`}
          结束会话并清除记录。
        </p>
      )}
      {conversation.ended && <p class="trouble">{conversation.ended}</p>}
      {!trouble && phase === "connecting" && <p class="trouble">正在连接…</p>}
      {!trouble && lost && <p class="trouble">连接中断，正在重新连接…</p>}
    </div>
  );
}

function servedBy({ owner, queue, steward }: Conversation): string {
  switch (owner) {
    case "bot":
      return "智能助手正在为您服务";
    case "waiting":
      return waitingText(queue);
    case "steward":
      return steward ? `项目管家 ${steward} 正在为您服务` : "项目管家正在为您服务";
    case "closed":
      return "本次会话已结束";
  }
}

function waitingText(queue: Conversation["queue"]): string {
  if (!queue) return "排队等待人工";
  const ahead = queue.position - 1;
  const parts = [ahead > 0 ? `前面还有 ${ahead} 位` : "您排在第一位"];
  if (queue.hours) parts.push(`服务时间 ${queue.hours}`);
  if (queue.answer_by) parts.push(`预计 ${dayAndTime(queue.answer_by)} 前答复`);
  return `排队等待人工：${parts.join("，")}`;
}
