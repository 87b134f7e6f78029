import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { deskApi } from "./desk_api";

/** Whether the enterprise is told of its cases unasked. It may say so in chat itself, therefore it
 * is asked again whenever the conversation has grown. */
export function ReminderSwitch(props: { conversation: string; last: number }): JSX.Element | null {
  const { conversation, last } = props;
  const [on, setOn] = useState<boolean | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const show = (answer: Promise<{ on: boolean }>): Promise<void> =>
    answer.then(
      (found) => {
        setOn(found.on);
        setTrouble(null);
      },
      (error: Error) => setTrouble(error.message),
    );
  useEffect(() => void show(deskApi.reminded(conversation)), [conversation, last]);
  if (on === null) return null;
  return (
    <button
      type="button"
      aria-pressed={on}
      title={trouble ?? "有新进展、临近时限或超时限时，智能助手会主动告诉企业"}
      onClick={() => void show(deskApi.remind(conversation, !on))}
    >
      {trouble ? "提醒设置未保存" : on ? "提醒：开" : "提醒：关"}
    </button>
  );
}
