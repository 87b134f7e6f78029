import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { Alerts, useAlerts } from "./alerts";
import { ConversationView } from "./conversation_view";
import { Corrections, useCorrections } from "./corrections";
import type { Steward } from "./desk_api";
import { Grants } from "./grants";
import { Help } from "./help";
import { Lists } from "./lists";
import { threadOf } from "./threads";
import { useShortcuts } from "./shortcuts";
import { type Tab, Workload } from "./workload";

const TABS: Tab[] = ["waiting", "mine", "bot", "closed"];
const CLOCK_MS = 20_000;
const LINE_WORDS = {
  connecting: "正在重新连接…",
  live: "实时",
  polling: "每 10 秒更新",
  offline: "连接中断",
};

interface Props {
  steward: Steward;
  onExpired: () => void;
  onSignOut: () => Promise<void>;
}

export function Console({ steward, onExpired, onSignOut }: Props): JSX.Element {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const workload = useMemo(
    () => new Workload(steward, () => redraw(0), onExpired),
    [steward, onExpired],
  );
  const [selected, setSelected] = useState<string | null>(() => location.hash.slice(1) || null);
  const help = useRef<HTMLDialogElement>(null);
  const correcting = useRef<HTMLDialogElement>(null);
  const onTrouble = useCallback((error: unknown) => workload.failed(error), [workload]);
  const { corrections, settle } = useCorrections(onTrouble);
  const granting = useRef<HTMLDialogElement>(null);
  const [grantsOpened, setGrantsOpened] = useState(0);
  const alerting = useRef<HTMLDialogElement>(null);
  const alerts = useAlerts(onTrouble);
  const thread = useMemo(
    () =>
      selected
        ? threadOf(steward.id, decodeURIComponent(selected), {
            onChange: () => redraw(0),
            onExpired: (problem) => workload.failed(problem),
          })
        : null,
    [selected, steward, workload],
  );

  useEffect(() => {
    workload.start();
    const clock = setInterval(() => redraw(0), CLOCK_MS);
    return () => {
      clearInterval(clock);
      workload.stop();
    };
  }, [workload]);

  useEffect(() => {
    const follow = (): void => setSelected(location.hash.slice(1) || null);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  useEffect(() => {
    if (!thread) return undefined;
    void thread.refresh();
    thread.outbox.retry();
    const unlisten = workload.listen((id) => {
      if (id === null || id === thread.id) void thread.refresh();
    });
    return () => {
      unlisten();
      thread.stop();
    };
  }, [thread, workload]);

  const waiting = workload.waiting.length;
  useEffect(() => {
    document.title = waiting ? `(${waiting}) 项目管家工作台` : "项目管家工作台";
  }, [waiting]);

  const select = useCallback((id: string | null) => {
    location.hash = id ? encodeURIComponent(id) : "";
  }, []);
  const move = (step: 1 | -1): void => {
    const ids = workload.shown.map((summary) => summary.id);
    const at = thread ? ids.indexOf(thread.id) : -1;
    const next = ids[at < 0 ? 0 : at + step];
    if (next) select(next);
  };

  useShortcuts({
    Digit1: () => workload.select(TABS[0]!),
    Digit2: () => workload.select(TABS[1]!),
    Digit3: () => workload.select(TABS[2]!),
    Digit4: () => workload.select(TABS[3]!),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    KeyT: () => {
      if (thread?.claimable) void thread.act("claim");
    },
    Slash: () => help.current?.showModal(),
  });

  return (
    <div class={selected ? "desk has-selection" : "desk"}>
      <header class="bar">
        <h1>项目管家工作台</h1>
        <p class={`line ${workload.feedState}`}>{LINE_WORDS[workload.feedState]}</p>
        <p class="who-am-i">{steward.name}</p>
        <a href="/desk/ledger">台账</a>
        {corrections.length > 0 && (
          <button type="button" onClick={() => correcting.current?.showModal()}>
            待更正<span class="badge">{corrections.length}</span>
          </button>
        )}
        <button type="button" onClick={() => alerting.current?.showModal()}>
          办件提醒{alerts.count > 0 && <span class="badge">{alerts.count}</span>}
        </button>
        <button
          type="button"
          onClick={() => {
            granting.current?.showModal();
            setGrantsOpened((count) => count + 1);
          }}
        >
          授权
        </button>
        <button type="button" onClick={() => help.current?.showModal()}>
          帮助
        </button>
        <button type="button" onClick={() => onSignOut().catch((error) => workload.failed(error))}>
          退出
        </button>
      </header>
      <p class="spoken" role="status">
        {workload.announcement}
      </p>
      {workload.trouble && (
        <p class="banner" role="alert">
          {workload.trouble}
        </p>
      )}
      <div class="panes">
        <Lists workload={workload} selected={thread?.id ?? null} onSelect={select} />
        {thread ? (
          <ConversationView
            key={thread.id}
            thread={thread}
            steward={steward}
            onBack={() => select(null)}
          />
        ) : (
          <main class="empty">
            <p>从左侧选择一个会话。</p>
            <p>{waiting ? `有 ${waiting} 个会话在排队。` : "现在没有会话排队。"}</p>
          </main>
        )}
      </div>
      <Help dialog={help} />
      <Grants
        dialog={granting}
        opened={grantsOpened}
        enterprise={thread?.summary?.enterprise ?? null}
        onTrouble={onTrouble}
      />
      <Alerts dialog={alerting} alerts={alerts} steward={steward} onSelect={select} />
      <Corrections
        dialog={correcting}
        corrections={corrections}
        onSelect={select}
        onSettle={settle}
      />
    </div>
  );
}
