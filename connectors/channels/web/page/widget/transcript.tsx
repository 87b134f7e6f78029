import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { clockTime, dayName, dayOf } from "../../../../page/clock";
import type { Button, Entry } from "../../../../page/entries";
import { DocumentLinks, Said } from "../../../../page/prose";
import type { Outgoing } from "../../../../page/outbox";
import type { MessageBody } from "./chat_api";
import type { Conversation } from "./conversation";
import { type Offer, offeredButtons } from "./offered_buttons";

const NEAR_END_PX = 80;

interface Props {
  conversation: Conversation;
  open: boolean;
  onTakeBack: (text: string) => void;
  /** A button has been used and is going away. */
  onUsed: () => void;
}

export function Transcript({ conversation, open, onTakeBack, onUsed }: Props): JSX.Element {
  const { log, outbox, phase } = conversation;
  const scroller = useRef<HTMLDivElement>(null);
  const ownCount = useRef(0);
  const [atEnd, setAtEnd] = useState(true);
  const [announcing, setAnnouncing] = useState(false);
  const pending = outbox.visible;
  const offer = offeredButtons(conversation);
  const newest = log.entries[log.entries.length - 1];
  const ready = phase === "ready";

  const toEnd = (): void => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };

  // The log becomes a live region only after the earlier entries stand in it: a screen reader
  // then reads what is new, never the whole transcript again.
  useEffect(() => {
    if (!ready || !open) {
      setAnnouncing(false);
      return undefined;
    }
    const timer = setTimeout(() => setAnnouncing(true), 500);
    return () => clearTimeout(timer);
  }, [ready, open]);

  useLayoutEffect(() => {
    const wrote = pending.length > ownCount.current;
    ownCount.current = pending.length;
    if (!wrote && !atEnd) return;
    toEnd();
    if (!wrote) backToBeginning(scroller.current);
  }, [log.last, pending.length, conversation.awaitingBot, conversation.owner, open, ready]);

  return (
    <div
      class="scroller"
      ref={scroller}
      tabIndex={0}
      aria-label="聊天记录"
      onScroll={({ currentTarget: it }) =>
        setAtEnd(it.scrollHeight - it.scrollTop - it.clientHeight < NEAR_END_PX)
      }
    >
      {phase === "asleep" && <p class="cleared">记录已清除。输入问题，即可开始新的咨询。</p>}
      <div role="log" aria-live={announcing ? "polite" : "off"} aria-relevant="additions">
        <ol>
          {log.entries.map((entry, index) => (
            <Line
              key={entry.no}
              entry={entry}
              before={log.entries[index - 1]}
              host={conversation.host}
            >
              {offer?.no === entry.no && (
                <Choices
                  offer={offer}
                  onPress={(button) => {
                    conversation.press(button);
                    onUsed();
                  }}
                />
              )}
            </Line>
          ))}
        </ol>
      </div>
      <ol class="pending">
        {pending.map((item) => (
          <PendingLine
            key={item.key}
            item={item}
            onRetry={() => {
              outbox.retry();
              onUsed();
            }}
            onTakeBack={() => {
              onTakeBack(conversation.takeBack(item));
              onUsed();
            }}
          />
        ))}
      </ol>
      {conversation.awaitingBot && (
        <p class="typing" aria-hidden="true">
          <i />
          <i />
          <i />
        </p>
      )}
      {!atEnd && newest && newest.kind !== "user" && (
        <button type="button" class="to-end" onClick={toEnd}>
          ↓ 看最新消息
        </button>
      )}
    </div>
  );
}

/** A message longer than the window is read from its first line, not from its last. */
function backToBeginning(scroller: HTMLElement | null): void {
  const newest = scroller?.querySelector("[role=log] li:last-child");
  if (!scroller || !newest) return;
  const hidden = scroller.getBoundingClientRect().top - newest.getBoundingClientRect().top;
  if (hidden > 0) scroller.scrollTop -= hidden;
}

interface ChoicesProps {
  offer: Offer;
  onPress: (button: Button) => void;
}

function Choices({ offer, onPress }: ChoicesProps): JSX.Element {
  return (
    <div class="choices" role="group" aria-label="可选择的回答">
      {offer.buttons.map((button) => (
        <button
          key={button.payload}
          type="button"
          disabled={offer.used}
          onClick={() => onPress(button)}
        >
          {button.title}
        </button>
      ))}
    </div>
  );
}

interface LineProps {
  entry: Entry;
  before: Entry | undefined;
  host: string;
  children: ComponentChildren;
}

function Line({ entry, before, host, children }: LineProps): JSX.Element {
  const newDay = !before || dayOf(before.at) !== dayOf(entry.at);
  return (
    <li class={entry.kind}>
      {newDay && <p class="day">{dayName(entry.at)}</p>}
      {entry.kind === "owner" || entry.kind === "rating" ? (
        <p class="event">
          {entry.text || eventText(entry)} <Moment at={entry.at} />
        </p>
      ) : (
        <>
          <p class="who">
            <span class={entry.kind === "user" ? "spoken" : ""}>{speaker(entry)}</span>{" "}
            <Moment at={entry.at} />
          </p>
          <div class="bubble">
            <Said entry={entry} host={host} />
            <DocumentLinks entry={entry} host={host} />
          </div>
          {children}
        </>
      )}
    </li>
  );
}

function Moment({ at }: { at: string }): JSX.Element {
  return <time dateTime={at}>{clockTime(at)}</time>;
}

function speaker(entry: Entry): string {
  if (entry.kind === "user") return "我";
  if (entry.kind === "steward") return entry.author ? `项目管家 ${entry.author}` : "项目管家";
  return "智能助手";
}

function eventText(entry: Entry): string {
  if (entry.kind === "rating") return "您已评价本次服务";
  switch (entry.owner) {
    case "waiting":
      return "已为您转人工，请稍候";
    case "steward":
      return entry.author ? `项目管家 ${entry.author} 开始为您服务` : "项目管家开始为您服务";
    case "closed":
      return "本次会话已结束";
    default:
      return "由智能助手继续为您服务";
  }
}

interface PendingProps {
  item: Outgoing<MessageBody>;
  onRetry: () => void;
  onTakeBack: () => void;
}

function PendingLine({ item, onRetry, onTakeBack }: PendingProps): JSX.Element {
  return (
    <li class={`user ${item.state}`}>
      <div class="bubble">{item.text}</div>
      {(item.state === "queued" || item.state === "sending") && <p class="state">发送中…</p>}
      {item.state === "sent" && <p class="state">已发送</p>}
      {item.state === "failed" && (
        <p class="state" role="alert">
          {item.reason}
          <button type="button" onClick={onRetry}>
            点击重发
          </button>
        </p>
      )}
      {item.state === "refused" && (
        <p class="state" role="alert">
          {item.reason}
          <button type="button" onClick={onTakeBack}>
            修改
          </button>
        </p>
      )}
    </li>
  );
}
