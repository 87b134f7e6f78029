const PREFIX = "bangban.desk.draft";
// Where storage is forbidden, drafts last as long as the page.
const fallback = new Map<string, string>();

function keyOf(steward: number, conversation: string): string {
  return `${PREFIX}:${steward}:${conversation}`;
}

/** What a steward has begun to write in a conversation; "" when there is nothing. */
export function readDraft(steward: number, conversation: string): string {
  const key = keyOf(steward, conversation);
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return fallback.get(key) ?? "";
  }
}

export function writeDraft(steward: number, conversation: string, text: string): void {
  const key = keyOf(steward, conversation);
  fallback.set(key, text);
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // Storage is full or forbidden; `fallback` has it.
  }
}

/** After signing out, nothing a steward was writing stays on the computer. */
export function forgetDrafts(steward: number): void {
  fallback.clear();
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${PREFIX}:${steward}:`)) localStorage.removeItem(key);
    }
  } catch {
    // Storage is forbidden: nothing was kept there.
  }
}
