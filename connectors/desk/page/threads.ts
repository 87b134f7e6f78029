import { Thread, type Ties } from "./thread";

// Outlives the console, so that a message on its way survives signing in again. Kept per steward:
// nobody sends what somebody else has written.
const held = new Map<string, Thread>();

/** The conversation as this steward sees it, reporting to `ties` from now on. */
export function threadOf(steward: number, id: string, ties: Ties): Thread {
  const key = `${steward}:${id}`;
  const thread = held.get(key) ?? new Thread(id, ties);
  held.set(key, thread);
  thread.ties = ties;
  return thread;
}

/** After signing out, no conversation stays in the page. */
export function forgetThreads(): void {
  for (const thread of held.values()) {
    thread.stop();
    thread.outbox.clear();
  }
  held.clear();
}
