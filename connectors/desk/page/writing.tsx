import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { cleanText, MAX_TEXT_LENGTH, textLength } from "../../page/entries";
import type { SpokenKind, Steward } from "./desk_api";
import { readDraft, writeDraft } from "./drafts";
import { useShortcuts } from "./shortcuts";
import type { Thread } from "./thread";

interface Props {
  thread: Thread;
  steward: Steward;
  mine: boolean;
}

const KINDS: [SpokenKind, string][] = [
  ["reply", "回复"],
  ["note", "备注"],
];

/** Where a steward writes: to the enterprise, or a note that only stewards see. */
export function Writing({ thread, steward, mine }: Props): JSX.Element {
  const [kind, setKind] = useState<SpokenKind>("reply");
  const [, setEdits] = useState(0);
  const input = useRef<HTMLTextAreaElement>(null);
  const text = readDraft(steward.id, thread.id);
  const excess = textLength(text) - MAX_TEXT_LENGTH;
  const barred = kind === "reply" && !mine;
  const sendable = !barred && excess <= 0 && cleanText(text) !== "";

  const write = (next: string): void => {
    writeDraft(steward.id, thread.id, next);
    setEdits((count) => count + 1);
  };
  const choose = (next: SpokenKind): void => {
    setKind(next);
    setTimeout(() => input.current?.focus());
  };
  const send = (): void => {
    if (!sendable) return;
    thread.outbox.add(cleanText(text), kind);
    write("");
  };

  useShortcuts({ KeyR: () => choose("reply"), KeyN: () => choose("note") });

  return (
    <form
      class={`writing ${kind}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="kinds" role="group" aria-label="写给谁">
        {KINDS.map(([name, label]) => (
          <button
            key={name}
            type="button"
            aria-pressed={kind === name}
            onClick={() => choose(name)}
          >
            {label}
          </button>
        ))}
        <span class="hint">{hint(kind, thread, mine)}</span>
      </div>
      <textarea
        ref={input}
        rows={3}
        aria-label={kind === "reply" ? "回复企业" : "内部备注"}
        placeholder={kind === "reply" ? "写给企业的回复" : "只有管家能看到的备注"}
        value={text}
        onInput={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.isComposing) return;
          if (!event.ctrlKey && !event.metaKey) return;
          event.preventDefault();
          send();
        }}
      />
      <div class="send">
        <span class={excess > 0 ? "error" : "hint"}>
          {excess > 0
            ? `最多 ${MAX_TEXT_LENGTH} 字，请删去 ${excess} 字后再发送。`
            : "Ctrl / ⌘ + Enter 发送"}
        </span>
        <button type="submit" class="primary" disabled={!sendable}>
          {kind === "reply" ? "发送回复" : "保存备注"}
        </button>
      </div>
    </form>
  );
}

function hint(kind: SpokenKind, { summary }: Thread, mine: boolean): string {
  if (kind === "note") return "企业看不到备注";
  if (mine) return "企业会立刻看到";
  switch (summary?.owner) {
    case "steward":
      return `${summary.steward?.name ?? "另一位管家"}正在接待，您不能回复`;
    case "closed":
      return "会话已结束，不能回复";
    default:
      return "接管后才能回复";
  }
}
