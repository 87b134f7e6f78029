import type { JSX, RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { dayAndTime } from "../../page/clock";
import { type Alert, deskApi, type MorningDigest, type Steward } from "./desk_api";
import { History } from "./history";

const LOOK_EVERY_MS = 60_000;

export interface AlertList {
  alerts: Alert[];
  count: number;
  digest: MorningDigest | null;
  markSeen: (alert: Alert) => Promise<void>;
}

/** The cases to look at and this morning's digest, looked for from time to time. */
export function useAlerts(onTrouble: (error: unknown) => void): AlertList {
  const [found, setFound] = useState<{ words: Alert[]; count: number }>({ words: [], count: 0 });
  const [digest, setDigest] = useState<MorningDigest | null>(null);
  useEffect(() => {
    const look = (): void => {
      Promise.all([deskApi.alerts(), deskApi.digest()])
        .then(([listed, morning]) => {
          setFound(listed);
          setDigest(morning.digest);
        })
        .catch(onTrouble);
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [onTrouble]);
  const markSeen = async (alert: Alert): Promise<void> => {
    try {
      await deskApi.markSeen(alert.id);
      setFound(({ words, count }) => ({
        words: words.filter((one) => one.id !== alert.id),
        count: Math.max(0, count - 1),
      }));
    } catch (error) {
      onTrouble(error);
    }
  };
  return { alerts: found.words, count: found.count, digest, markSeen };
}

interface Props {
  dialog: RefObject<HTMLDialogElement | null>;
  alerts: AlertList;
  steward: Steward;
  onSelect: (conversation: string) => void;
}

export function Alerts({ dialog, alerts, steward, onSelect }: Props): JSX.Element {
  const open = (conversation: string): void => {
    dialog.current?.close();
    onSelect(conversation);
  };
  const mine = alerts.alerts.filter((one) => one.steward === steward.name);
  const others = alerts.alerts.filter((one) => one.steward !== steward.name);
  return (
    <dialog ref={dialog} class="alerts" aria-labelledby="alerts-title">
      <h2 id="alerts-title">办件提醒</h2>
      {alerts.digest && <Digest digest={alerts.digest} onOpen={open} />}
      {alerts.count === 0 && <p class="hint">没有需要查看的办件。</p>}
      <Cases title="我的项目" cases={mine} alerts={alerts} onOpen={open} />
      <Cases
        title={mine.length ? "其他项目" : "临近时限、超时限、消失或倒退的办件"}
        cases={others}
        alerts={alerts}
        onOpen={open}
      />
      {alerts.count > alerts.alerts.length && (
        <p class="hint">
          共 {alerts.count} 条，这里列出最新的 {alerts.alerts.length} 条。
        </p>
      )}
      <form method="dialog">
        <button type="submit">关闭</button>
      </form>
    </dialog>
  );
}

interface CasesProps {
  title: string;
  cases: Alert[];
  alerts: AlertList;
  onOpen: (conversation: string) => void;
}

function Cases({ title, cases, alerts, onOpen }: CasesProps): JSX.Element | null {
  const [shown, setShown] = useState<Alert | null>(null);
  if (cases.length === 0) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul class="cases">
        {cases.map((one) => (
          <li key={one.id}>
            <p>
              <span class={one.kind === "near_limit" ? "tag waiting" : "tag late"}>
                {one.label}
              </span>{" "}
              <strong>{one.matter}</strong> · {one.enterprise?.name ?? one.enterprises.join("、")}
            </p>
            <p class="detail">{one.text}</p>
            <p class="detail">
              {one.project.name || one.project.code} · 办件号 {one.case_no}
              {one.steward && ` · 管家${one.steward}`} · {dayAndTime(one.read_at)}读到
            </p>
            <p class="corrections-do">
              {one.conversation && (
                <button type="button" class="primary" onClick={() => onOpen(one.conversation!)}>
                  打开会话
                </button>
              )}
              <button type="button" onClick={() => setShown(one)}>
                变化记录
              </button>
              <button type="button" onClick={() => void alerts.markSeen(one)}>
                已查看
              </button>
            </p>
          </li>
        ))}
      </ul>
      {shown && (
        <History matter={shown.matter} caseNo={shown.case_no} onClose={() => setShown(null)} />
      )}
    </section>
  );
}

interface DigestProps {
  digest: MorningDigest;
  onOpen: (conversation: string) => void;
}

function Digest({ digest, onOpen }: DigestProps): JSX.Element {
  return (
    <section class="digest">
      <h3>今日晨报</h3>
      <p class="hint">
        {dayAndTime(digest.at)}汇总
        {digest.read_at && `，审批系统读于${dayAndTime(digest.read_at)}`}
      </p>
      {digest.sections.map((section) => (
        <details key={section.id}>
          <summary>
            {section.title} <strong>{section.count}</strong>
          </summary>
          <ul>
            {section.lines.map((line) => (
              <li key={`${line.name}${line.detail}`}>
                {line.conversation ? (
                  <button type="button" onClick={() => onOpen(line.conversation!)}>
                    {line.name}
                  </button>
                ) : (
                  line.name
                )}
                ：{line.detail}
              </li>
            ))}
            {section.count > section.lines.length && (
              <li>……另有 {section.count - section.lines.length} 项</li>
            )}
            {section.count === 0 && <li>没有</li>}
          </ul>
        </details>
      ))}
    </section>
  );
}
