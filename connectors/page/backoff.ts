const FIRST_MS = 1000;
const LONGEST_MS = 30_000;

/** How long to wait before attempt `attempt` (0 = the first repetition), in milliseconds. */
export function backoffMs(attempt: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  // Jitter keeps a thousand pages from coming back in the same second after a restart.
  return ceiling * (0.5 + Math.random() / 2);
}

/** A pause that `end` cuts short. */
export class Pause {
  private finish: (() => void) | null = null;

  async wait(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.finish = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.finish = null;
  }

  end(): void {
    this.finish?.();
  }
}
