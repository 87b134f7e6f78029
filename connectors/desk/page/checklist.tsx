import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { dayAndTime } from "../../page/clock";
import {
  type CaseList,
  type Checklists,
  checklistApi,
  type Line,
  type MaterialState,
} from "./checklist_api";
import type { Summary } from "./desk_api";

/** What the enterprise's cases still lack, read when it is opened; papers are ticked by hand. */
export function Checklist({ summary }: { summary: Summary }): JSX.Element {
  const [found, setFound] = useState<Checklists | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [project, setProject] = useState("");
  const [caseNo, setCaseNo] = useState("");
  const [code, setCode] = useState("");
  const known = summary.enterprise !== null;

  const work = async (change: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      await change();
      setTrouble(null);
    } catch (error) {
      setTrouble((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const read = async (wanted: string): Promise<void> =>
    setFound(await checklistApi.read(summary.id, wanted));
  const opened = (details: HTMLDetailsElement): void => {
    if (details.open && !found && known) void work(() => read(code));
  };
  const look = (event: Event): void => {
    event.preventDefault();
    void work(() => read(code.trim()));
  };

  const projects = found?.projects ?? [];
  const shown =
    projects.find((one) => one.code === project) ??
    projects.find((one) => one.code === summary.project?.code) ??
    projects[0];
  const list = shown?.cases.find((one) => one.case_no === caseNo) ?? shown?.cases[0];
  const set = (line: Line, on: boolean): void => {
    if (!shown || !list) return;
    void work(async () => {
      if (on) await checklistApi.tick(shown.code, list.case_no, line.name);
      else if (line.paper !== null) await checklistApi.undo(line.paper);
      await read(code.trim());
    });
  };

  return (
    <details class="checklist" onToggle={(event) => opened(event.currentTarget)}>
      <summary>材料清单</summary>
      <form onSubmit={look}>
        <label>
          项目代码
          <input
            value={code}
            placeholder={known ? "空着：本企业的全部项目" : "24 位项目代码"}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={busy || (!known && !code.trim())}>
          {found ? "重新读取" : "读取"}
        </button>
      </form>
      <p class="error" role="alert">
        {trouble}
      </p>
      {busy && !found && <p class="hint">正在读取…</p>}
      {found && (
        <p class={found.told_again ? "away" : "hint"}>
          {found.told_again ?? `${dayAndTime(found.read_at)} 从审批系统读到`}
        </p>
      )}
      {found && !shown && <p class="hint">没有项目。</p>}
      {projects.length > 1 && (
        <label>
          项目
          <select
            aria-label="项目"
            value={shown?.code}
            onChange={(event) => setProject(event.currentTarget.value)}
          >
            {projects.map((one) => (
              <option key={one.code} value={one.code}>
                {one.name}
              </option>
            ))}
          </select>
        </label>
      )}
      {shown && list && (
        <>
          <label>
            办件
            <select
              aria-label="办件"
              value={list.case_no}
              onChange={(event) => setCaseNo(event.currentTarget.value)}
            >
              {shown.cases.map((one) => (
                <option key={one.case_no} value={one.case_no}>
                  {one.matter}（{one.status}
                  {one.open ? "" : "，已办结"}）
                </option>
              ))}
            </select>
          </label>
          <Case list={list} busy={busy} onSet={set} />
        </>
      )}
    </details>
  );
}

interface CaseProps {
  list: CaseList;
  busy: boolean;
  onSet: (line: Line, on: boolean) => void;
}

function Case({ list, busy, onSet }: CaseProps): JSX.Element {
  const wanted = list.lines.filter(({ state }) => state === "missing" || state === "rejected");
  // What there is to do stands first, before it what the authority objects to.
  const ordered = [...list.lines].sort((one, other) => weight(one) - weight(other));
  return (
    <>
      <p>
        {list.department && `${list.department}，`}
        办件号 {list.case_no}
      </p>
      {list.objection.map((said) => (
        <p key={said} class="wrong">
          {said}
        </p>
      ))}
      <p role="status">
        {list.lines.length === 0
          ? "目录里还没有这个事项的要件清单。"
          : `共 ${list.lines.length} 项，还要提交 ${wanted.length} 项。`}
      </p>
      <ul>
        {ordered.map((line) => (
          <li key={line.name} class={line.state}>
            <Material line={line} busy={busy} onSet={(on) => onSet(line, on)} />
          </li>
        ))}
      </ul>
      {list.also_received.length > 0 && (
        <p class="hint">另外收到（没有对应到清单）：{list.also_received.join("；")}</p>
      )}
    </>
  );
}

const ORDER: MaterialState[] = [
  "rejected",
  "missing",
  "open",
  "earlier",
  "shared",
  "paper",
  "received",
  "not_asked",
];

function weight(line: Line): number {
  return line.wrong === null ? 1 + ORDER.indexOf(line.state) : 0;
}

interface MaterialProps {
  line: Line;
  busy: boolean;
  onSet: (on: boolean) => void;
}

function Material({ line, busy, onSet }: MaterialProps): JSX.Element {
  const ticked = line.paper !== null;
  const details = [line.reason, line.issuer && `由${line.issuer}出具`, ...line.shortcuts];
  return (
    <>
      <p>
        <strong>{line.name}</strong> <span class="tag">{line.state_name}</span>
      </p>
      {line.wrong && <p class="wrong">办理意见：{line.wrong}</p>}
      {line.found_as && <p>收到的文件：{line.found_as}</p>}
      {line.where && <p>{line.where}</p>}
      <p class="hint">{details.filter(Boolean).join("；")}</p>
      <p class="hint">{line.note}</p>
      {(line.state !== "received" || ticked) && (
        <label class="tick">
          <input
            type="checkbox"
            checked={ticked}
            disabled={busy}
            aria-label={`${line.name}：已收到纸质件`}
            onChange={(event) => onSet(event.currentTarget.checked)}
          />
          已收到纸质件{ticked && "（取消勾选即撤回）"}
        </label>
      )}
    </>
  );
}
