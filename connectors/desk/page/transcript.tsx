import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { clockTime, dayName, dayOf } from "../../page/clock";
import type { Entry } from "../../page/entries";
import type { Outgoing } from "../../page/outbox";
import { DocumentLinks, Said } from "../../page/prose";
import type { SpokenKind, Steward } from "./desk_api";
import { writeDraft } from "./drafts";
import type { Thread } from "./thread";
import { OWNER_NAMES, speakerName } from "./words";

const NEAR_END_PX = 80;

export function Transcript({ thread, steward }: { thread: Thread; steward: Steward }): JSX.Element {
  const { log, outbox } = thread;
  const scroller = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  const pending = outbox.visible;

  const toEnd = (): void => {
    if (scroller.current) scroller.current.scrollTop = scroller.current.scrollHeight;
  };
  useLayoutEffect(() => {
    if (atEnd) toEnd();
  }, [log.last]);
  useLayoutEffect(toEnd, [pending.length]);

  const takeBack = (item: Outgoing<SpokenKind>): void => {
    writeDraft(steward.id, thread.id, item.text);
    outbox.discard(item.key);
  };

  return (
    <div
      class="transcript"
      ref={scroller}
      tabIndex={0}
      aria-label="会话记录"
      onScroll={({ currentTarget: it }) =>
        setAtEnd(it.scrollHeight - it.scrollTop - it.clientHeight < NEAR_END_PX)
      }
    >
      <ol>
        {log.entries.map((entry, index) => (
          <Line
            key={entry.no}
            entry={entry}
            before={log.entries[index - 1]}
            onResend={() => void thread.resend(entry)}
          />
        ))}
        {pending.map((item) => (
          <PendingLine
            key={item.key}
            item={item}
            onRetry={() => outbox.retry()}
            onTakeBack={() => takeBack(item)}
          />
        ))}
      </ol>
      {!atEnd && (
        <button type="button" class="to-end" onClick={toEnd}>
          ↓ 看最新消息
        </button>
      )}
    </div>
  );
}

interface LineProps {
  entry: Entry;
  before: Entry | undefined;
  onResend: () => void;
}

function Line({ entry, before, onResend }: LineProps): JSX.Element {
  const newDay = !before || dayOf(before.at) !== dayOf(entry.at);
  return (
    <li class={entry.kind}>
      {newDay && <p class="day">{dayName(entry.at)}</p>}
      {entry.kind === "owner" || entry.kind === "rating" ? (
        <p class="event">
          {eventText(entry)} <time dateTime={entry.at}>{clockTime(entry.at)}</time>
        </p>
      ) : (
        <>
          <p class="who">
            {speakerName(entry)} <time dateTime={entry.at}>{clockTime(entry.at)}</time>
          </p>
          <div class="bubble">
            <Said entry={entry} host="" />
            <DocumentLinks entry={entry} host="" />
          </div>
          {!!entry.buttons?.length && (
            <p class="offered">选项：{entry.buttons.map((button) => button.title).join(" / ")}</p>
          )}
          <Delivery entry={entry} onResend={onResend} />
        </>
      )}
    </li>
  );
}

function eventText(entry: Entry): string {
  if (entry.kind === "rating") return `企业评价：${entry.text}`;
  return entry.text || (entry.owner ? OWNER_NAMES[entry.owner] : "");
}

function Delivery({ entry, onResend }: { entry: Entry; onResend: () => void }): JSX.Element | null {
  const { delivery } = entry;
  if (!delivery) return null;
  switch (delivery.state) {
    case "pending":
      return <p class="state">正在送达…</p>;
    case "sent":
      return <p class="state">已送达</p>;
    case "failed":
      return (
        <p class="state failed">
          没有送达{delivery.error ? `：${delivery.error}` : ""}
          <button type="button" onClick={onResend}>
            重发
          </button>
        </p>
      );
  }
}

interface PendingProps {
  item: Outgoing<SpokenKind>;
  onRetry: () => void;
  onTakeBack: () => void;
}

function PendingLine({ item, onRetry, onTakeBack }: PendingProps): JSX.Element {
  const lost = item.state === "failed" || item.state === "refused";
  return (
    <li class={item.body === "note" ? "note" : "steward"}>
      <div class="bubble">{item.text}</div>
      <p class={lost ? "state failed" : "state"} role={lost ? "alert" : undefined}>
        {lost ? item.reason : "发送中…"}
        {item.state === "failed" && (
          <button type="button" onClick={onRetry}>
            重发
          </button>
        )}
        {item.state === "refused" && (
          <button type="button" onClick={onTakeBack}>
            放回输入框
          </button>
        )}
      </p>
    </li>
  );
}
