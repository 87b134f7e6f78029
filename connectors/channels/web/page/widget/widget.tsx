import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { Conversation } from "./conversation";
import { ChatIcon } from "./icons";
import type { Options } from "./options";
import { Panel } from "./panel";

const OPEN_FLAG = "bangban:open";

export function Widget({ options, host }: { options: Options; host: HTMLElement }): JSX.Element {
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const conversation = useMemo(() => new Conversation(options, () => redraw(0)), [options]);
  const [open, setOpen] = useState(() => options.startOpen || wasOpen());
  const launcher = useRef<HTMLButtonElement>(null);

  const show = (): void => setOpen(true);
  const close = (): void => {
    setOpen(false);
    // The button is not on the page before the panel is gone.
    setTimeout(() => launcher.current?.focus());
  };

  useLayoutEffect(() => {
    window.Bangban = {
      open: show,
      close,
      ask: (text) => {
        show();
        conversation.send(text);
      },
    };
    conversation.recognise().catch(() => undefined /* asked again when the panel opens */);
  }, []);

  useLayoutEffect(() => {
    rememberOpen(open);
    if (open) void conversation.connect();
  }, [open]);

  useEffect(() => followKeyboard(host), [host]);

  const unseen = open ? 0 : conversation.unseen;
  return (
    <>
      <Panel conversation={conversation} title={options.title} open={open} onClose={close} />
      {!open && (
        <button
          ref={launcher}
          type="button"
          class="launcher"
          aria-label={unseen ? `打开${options.title}，${unseen} 条新消息` : `打开${options.title}`}
          onClick={show}
        >
          <ChatIcon />
          <span>咨询</span>
          {unseen > 0 && <span class="badge">{unseen > 99 ? "99+" : unseen}</span>}
        </button>
      )}
    </>
  );
}

function wasOpen(): boolean {
  try {
    return sessionStorage.getItem(OPEN_FLAG) === "1";
  } catch {
    return false;
  }
}

function rememberOpen(open: boolean): void {
  try {
    sessionStorage.setItem(OPEN_FLAG, open ? "1" : "0");
  } catch {
    // Storage is forbidden: the next page starts closed.
  }
}

/** On phones the panel must end above the on-screen keyboard. */
function followKeyboard(host: HTMLElement): (() => void) | undefined {
  const viewport = window.visualViewport;
  if (!viewport) return undefined;
  const follow = (): void => {
    host.style.setProperty("--visible-height", `${viewport.height}px`);
    host.style.setProperty("--visible-top", `${viewport.offsetTop}px`);
  };
  follow();
  viewport.addEventListener("resize", follow);
  viewport.addEventListener("scroll", follow);
  return () => {
    viewport.removeEventListener("resize", follow);
    viewport.removeEventListener("scroll", follow);
  };
}
