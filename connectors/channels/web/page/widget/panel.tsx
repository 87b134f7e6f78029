import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Composer } from "./composer";
import { Confirm } from "./confirm";
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

  // Also after a button that disappears or is disabled by its press: the keyboard's place in the
  // page must not be lost.
  const focus = (): void => {
    // On a touch screen the keyboard would cover what there is to read.
    const touch = matchMedia("(pointer: coarse)").matches;
    (touch ? panel.current : input.current)?.focus();
  };

  useEffect(() => {
    if (open) focus();
  }, [open]);

  useEffect(() => {
    if (open && document.visibilityState === "visible") conversation.markSeen();
  });

  const { shared } = conversation.options;
  const withPerson = conversation.owner === "waiting" || conversation.owner === "steward";

  const wipe = async (): Promise<void> => {
    setConfirming(false);
    setDraft("");
    focus();
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
        if (!confirming) return onClose();
        setConfirming(false);
        focus();
      }}
    >
      <div class="head">
        <div class="heading">
          <h2>{title}</h2>
          <p>{conversation.enterprise ?? "匿名咨询"}</p>
        </div>
        {shared && (
          <button type="button" class="leave" onClick={() => void wipe()}>
            结束并清除
          </button>
        )}
        <button type="button" class="icon" aria-label="关闭窗口" onClick={onClose}>
          <CloseIcon />
        </button>
      </div>
      <StatusLine conversation={conversation} />
      <Transcript conversation={conversation} open={open} onTakeBack={setDraft} onUsed={focus} />
      {conversation.owner === "closed" && <Rating conversation={conversation} />}
      <Composer conversation={conversation} draft={draft} onDraft={setDraft} input={input} />
      {confirming ? (
        <Confirm
          onWipe={() => void wipe()}
          onCancel={() => {
            setConfirming(false);
            focus();
          }}
        />
      ) : (
        <div class="foot">
          <button
            type="button"
            disabled={withPerson}
            onClick={() => {
              conversation.send("转人工");
              focus();
            }}
          >
            {withPerson ? "已转人工" : "转人工"}
          </button>
          {!shared && (
            <button type="button" onClick={() => setConfirming(true)}>
              结束并清除记录
            </button>
          )}
        </div>
      )}
    </section>
  );
}
