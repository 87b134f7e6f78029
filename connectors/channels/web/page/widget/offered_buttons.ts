import type { Button } from "../../../../page/entries";
import type { Conversation } from "./conversation";

export interface Offer {
  /** The number of the bot message that offers the buttons. */
  no: number;
  buttons: Button[];
  used: boolean;
}

/** The buttons under the newest bot message, and whether they have served their turn. */
export function offeredButtons({ log, outbox, owner }: Conversation): Offer | null {
  const spoken = log.entries.filter((entry) => entry.kind === "user" || entry.kind === "bot");
  const index = spoken.map((entry) => entry.kind).lastIndexOf("bot");
  const newest = spoken[index];
  if (!newest?.buttons?.length || owner === "steward" || owner === "closed") return null;
  const underway = outbox.visible.some((item) => item.state !== "refused");
  const used = underway || index < spoken.length - 1;
  return { no: newest.no, buttons: newest.buttons, used };
}
