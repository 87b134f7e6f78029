import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Thread } from "./thread";

const CONFIRM_WITHIN_MS = 5000;

/** Taking over, handing back and ending; each is refused when somebody else was faster. */
export function Actions({ thread, mine }: { thread: Thread; mine: boolean }): JSX.Element {
  const [confirming, setConfirming] = useState(false);
  const owner = thread.summary?.owner;
  const closed = owner === "closed";
  const takenByOther = owner === "steward" && !mine;

  useEffect(() => {
    if (!confirming) return undefined;
    const timer = setTimeout(() => setConfirming(false), CONFIRM_WITHIN_MS);
    return () => clearTimeout(timer);
  }, [confirming]);

  const end = (): void => {
    if (confirming) void thread.act("close");
    setConfirming(!confirming);
  };

  return (
    <div class="actions">
      {!mine && (
        <button
          type="button"
          class="primary"
          disabled={thread.busy || !thread.claimable}
          onClick={() => void thread.act("claim")}
        >
          接管
        </button>
      )}
      {mine && (
        <button type="button" disabled={thread.busy} onClick={() => void thread.act("hand-back")}>
          交还机器人
        </button>
      )}
      <button
        type="button"
        class={confirming ? "danger" : ""}
        disabled={thread.busy || closed || takenByOther}
        onClick={end}
      >
        {confirming ? "再点一次确认" : "结束会话"}
      </button>
    </div>
  );
}
