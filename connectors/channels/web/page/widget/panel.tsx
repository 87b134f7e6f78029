import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Composer } from "./composer";
import type { Conversation } from "./conversation";
import { CloseIcon } from "./icons";
import { Rating } from "./rating";
import { StatusLine } from "./status_line";
import { Transcript } from "./transcript";

interface Props {
  conversation: Conversation;
  title: string;
  open: boolean;
  onClose: () => void;
}

export function Panel({ conversation, title, open, onClose }: Props): JSX.Element {
  const [draft, setDraft] = useState("");
  const [confirming, setConfirming] = useState(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const panel = useRef<HTMLElement>(null);

  useEffect(() => {
    if (!open) return;
    // On a touch screen the keyboard would cover what there is to read.
    const touch = matchMedia("(pointer: coarse)").matches;
    (touch ? panel.current : input.current)?.focus();
  }, [open]);

  useEffect(() => {
    if (open && document.visibilityState === "visible") conversation.markSeen();
  });

  const withPerson = conversation.owner === "waiting" || conversation.owner === "steward";

  const wipe = async (): Promise<void> => {
    setConfirming(false);
    setDraft("");
    input.current?.focus();
    await conversation.end();
  };

  return (
    <section
      ref={panel}
      class="panel"
      role="dialog"
      aria-label={title}
      tabIndex={-1}
      hidden={!open}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.isComposing) return;
        if (confirming) setConfirming(false);
        else onClose();
      }}
    >
      <header>
        <div class="heading">
          <h2>{title}</h2>
          <p>{conversation.enterprise ?? "匿名咨询"}</p>
        </div>
        <button type="button" class="icon" aria-label="关闭窗口" onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      <StatusLine conversation={conversation} />
      <Transcript conversation={conversation} open={open} onTakeBack={setDraft} />
      {conversation.owner === "closed" && <Rating conversation={conversation} />}
      <Composer conversation={conversation} draft={draft} onDraft={setDraft} input={input} />
      {confirming ? (
        <div class="confirm" role="alertdialog" aria-label="确认结束并清除记录">
          <p>将结束本次会话，并清除这台电脑上的聊天记录。</p>
          <button type="button" class="danger" ref={(button) => button?.focus()} onClick={wipe}>
            结束并清除
          </button>
          <button type="button" onClick={() => setConfirming(false)}>
            取消
          </button>
        </div>
      ) : (
        <footer>
          <button type="button" disabled={withPerson} onClick={() => conversation.send("转人工")}>
            {withPerson ? "已转人工" : "转人工"}
          </button>
          <button type="button" onClick={() => setConfirming(true)}>
            结束并清除记录
          </button>
        </footer>
      )}
    </section>
  );
}
