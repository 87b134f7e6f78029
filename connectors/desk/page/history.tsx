import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { dayAndTime } from "../../page/clock";
import { type Change, historyOf } from "./history_api";

interface Props {
  matter: string;
  caseNo: string;
  onClose: () => void;
}

/** All that was seen to change of one case: when, what, and by which process. */
export function History({ matter, caseNo, onClose }: Props): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [changes, setChanges] = useState<Change[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    historyOf(caseNo)
      .then(setChanges)
      .catch((error: unknown) => setTrouble((error as Error).message));
  }, [caseNo]);
  return (
    <dialog ref={dialog} class="history" aria-labelledby="history-title" onClose={onClose}>
      <h2 id="history-title">变化记录</h2>
      <p>
        {matter}，办件 {caseNo}
      </p>
      {trouble && <p role="alert">{trouble}</p>}
      {!changes && !trouble && <p role="status">正在读取…</p>}
      {changes?.length === 0 && <p class="hint">跟踪审批系统以来没有这个办件的变化。</p>}
      <ol>
        {changes?.map((change) => (
          <li key={change.no} class={change.alarming ? "alarming" : ""}>
            <b>{change.label}</b>：{change.note}
            <small>
              {dayAndTime(change.at)}看到（{change.seen_by}）
            </small>
          </li>
        ))}
      </ol>
      <form method="dialog">
        <button type="submit">关闭</button>
      </form>
    </dialog>
  );
}
