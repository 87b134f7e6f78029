import type { Button } from "../../../../page/entries";
import type { Conversation } from "./conversation";

/** The buttons under the newest bot message, and whether they have served their turn. */
export function offeredButtons({
  log,
  outbox,
  owner,
}: Conversation): { buttons: Button[]; used: boolean } | null {
  const spoken = log.entries.filter((entry) => entry.kind === "user" || entry.kind === "bot");
  const newest = spoken.map((entry) => entry.kind).lastIndexOf("bot");
  const buttons = spoken[newest]?.buttons ?? [];
  if (!buttons.length || owner === "steward" || owner === "closed") return null;
  const underway = outbox.visible.some((item) => item.state !== "refused");
  return { buttons, used: underway || newest < spoken.length - 1 };
}
