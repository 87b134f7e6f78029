import type { JSX, RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { MAX_TEXT_LENGTH, textLength } from "../../../../page/entries";
import type { Conversation } from "./conversation";
import { SendIcon } from "./icons";

const SHOW_COUNT_FROM = MAX_TEXT_LENGTH - 200;
const TALLEST_PX = 120;

interface Props {
  conversation: Conversation;
  draft: string;
  onDraft: (text: string) => void;
  input: RefObject<HTMLTextAreaElement | null>;
}

export function Composer({ conversation, draft, onDraft, input }: Props): JSX.Element {
  const length = textLength(draft);
  const excess = length - MAX_TEXT_LENGTH;

  useLayoutEffect(() => {
    const area = input.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, TALLEST_PX)}px`;
  }, [draft]);

  const send = (): void => {
    if (!draft.trim() || excess > 0) return;
    conversation.send(draft);
    onDraft("");
    input.current?.focus();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={input}
        rows={1}
        aria-label="输入您的问题"
        aria-describedby="count"
        aria-invalid={excess > 0}
        placeholder="请输入您的问题"
        enterkeyhint="send"
        value={draft}
        onInput={(event) => onDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          // 229: Safari ends a composition before it reports the Enter that ended it.
          const composing = event.isComposing || event.keyCode === 229;
          if (event.key !== "Enter" || event.shiftKey || composing) return;
          event.preventDefault();
          send();
        }}
      />
      <button type="submit" class="send" aria-label="发送" disabled={!draft.trim() || excess > 0}>
        <SendIcon />
      </button>
      <p id="count" class={excess > 0 ? "count over" : "count"}>
        {excess > 0
          ? `最多 ${MAX_TEXT_LENGTH} 字，请删去 ${excess} 字后再发送。`
          : length >= SHOW_COUNT_FROM && `${length} / ${MAX_TEXT_LENGTH}`}
      </p>
    </form>
  );
}
