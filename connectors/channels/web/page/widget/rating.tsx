import type { JSX } from "preact";
import type { Conversation } from "./conversation";

const SCORES = ["很不满意", "不满意", "一般", "满意", "很满意"];

/** Shown once a conversation has been closed; writing on simply begins it anew. */
export function Rating({ conversation }: { conversation: Conversation }): JSX.Element {
  if (conversation.rated) {
    return (
      <p class="survey" role="status">
        感谢您的评价。如有新的问题，可以继续提问。
      </p>
    );
  }
  return (
    <fieldset class="survey">
      <legend>请评价本次服务，也可以继续提问</legend>
      {SCORES.map((label, index) => (
        <button key={label} type="button" onClick={() => void conversation.rate(index + 1)}>
          {label}
        </button>
      ))}
    </fieldset>
  );
}
