import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface Props {
  onWipe: () => void;
  onCancel: () => void;
}

/** Asks before the conversation is ended and forgotten on this computer. */
export function Confirm({ onWipe, onCancel }: Props): JSX.Element {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <div class="confirm" role="alertdialog" aria-label="确认结束并清除记录">
      <p>将结束本次会话，并清除这台电脑上的聊天记录。</p>
      <button type="button" class="danger" ref={first} onClick={onWipe}>
        结束并清除
      </button>
      <button type="button" onClick={onCancel}>
        取消
      </button>
    </div>
  );
}
