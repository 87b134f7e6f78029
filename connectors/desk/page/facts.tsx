import type { JSX } from "preact";
import { dayAndTime, timeSince } from "../../page/clock";
import type { Summary } from "./desk_api";
import { channelName, ownerName } from "./words";

/** What a steward needs on the table before the first word. */
export function Facts({ summary }: { summary: Summary }): JSX.Element {
  const { enterprise, project, matter, waiting_since: since } = summary;
  return (
    <dl>
      <Fact name="企业">
        {enterprise ? (
          <>
            {enterprise.name}
            <small>统一社会信用代码 {enterprise.id}</small>
          </>
        ) : (
          <span class="none">未登录（身份未核实）</span>
        )}
      </Fact>
      <Fact name="项目">
        {project ? (
          <>
            {project.name}
            <small>项目代码 {project.code}</small>
          </>
        ) : (
          <span class="none">没有提到</span>
        )}
      </Fact>
      <Fact name="事项">{matter ? matter.name : <span class="none">没有提到</span>}</Fact>
      <Fact name="渠道">{channelName(summary.channel)}</Fact>
      <Fact name="状态">{ownerName(summary)}</Fact>
      {summary.answer_by && (
        <Fact name="承诺答复时间">
          {dayAndTime(summary.answer_by)} 前
          {summary.escalated && <small class="late">已超时，请尽快接管</small>}
        </Fact>
      )}
      {since && (
        <Fact name="开始等待">
          {dayAndTime(since)}（已等{timeSince(since)}）
          {summary.position && <small>排在第 {summary.position} 位</small>}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: JSX.Element | unknown }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children as JSX.Element}</dd>
    </div>
  );
}
