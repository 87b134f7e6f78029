import type { JSX, RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { dayAndTime } from "../../page/clock";
import { type Correction, deskApi } from "./desk_api";
import { channelName } from "./words";

const LOOK_EVERY_MS = 60_000;

/** The answers that the catalogue no longer gives, looked for from time to time. */
export function useCorrections(onTrouble: (error: unknown) => void): {
  corrections: Correction[];
  settle: (correction: Correction) => Promise<void>;
} {
  const [corrections, setCorrections] = useState<Correction[]>([]);
  useEffect(() => {
    const look = (): void => {
      deskApi
        .corrections()
        .then((found) => setCorrections(found.changes))
        .catch(onTrouble);
    };
    look();
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [onTrouble]);
  const settle = async (correction: Correction): Promise<void> => {
    try {
      await deskApi.settle(correction.receipt);
      setCorrections((all) => all.filter((one) => one.receipt !== correction.receipt));
    } catch (error) {
      onTrouble(error);
    }
  };
  return { corrections, settle };
}

interface Props {
  dialog: RefObject<HTMLDialogElement | null>;
  corrections: Correction[];
  onSelect: (conversation: string) => void;
  onSettle: (correction: Correction) => Promise<void>;
}

export function Corrections({ dialog, corrections, onSelect, onSettle }: Props): JSX.Element {
  const open = (correction: Correction): void => {
    dialog.current?.close();
    onSelect(correction.conversation);
  };
  return (
    <dialog ref={dialog} class="corrections" aria-labelledby="corrections-title">
      <h2 id="corrections-title">可能需要更正的答复</h2>
      <p>这些会话得到的答复，资料后来改了。请打开会话告诉企业，然后标为已更正。</p>
      {corrections.length === 0 && <p class="hint">没有需要更正的答复。</p>}
      <ul>
        {corrections.map((one) => (
          <li key={one.receipt}>
            <p>
              <strong>{one.matter.name}</strong> · {one.enterprise?.name ?? "访客"} ·{" "}
              {channelName(one.channel)} · <time dateTime={one.at}>{dayAndTime(one.at)}</time>
            </p>
            <ul class="differences">
              {one.changes.map((change) => (
                <li key={change}>{change}</li>
              ))}
            </ul>
            <p class="corrections-do">
              <button type="button" class="primary" onClick={() => open(one)}>
                打开会话
              </button>
              <a href={`/receipts/${one.receipt}`} target="_blank" rel="noopener noreferrer">
                当时的答复
              </a>
              <button type="button" onClick={() => void onSettle(one)}>
                已更正
              </button>
            </p>
          </li>
        ))}
      </ul>
      <form method="dialog">
        <button type="submit">关闭</button>
      </form>
    </dialog>
  );
}
