const LOOK_EVERY_MS = 1000;
const WARN_MS = 30_000;
const SIGNS_OF_LIFE = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

interface Hooks {
  inUse: () => boolean;
  onChange: () => void;
  onIdle: () => void;
}

/**
 * Watches whether somebody is still in front of a shared computer. It goes by the clock: timers
 * stand still while a computer sleeps.
 */
export class IdleWatch {
  touched = Date.now();
  secondsLeft: number | null = null;

  constructor(
    private readonly idleMs: number,
    private readonly hooks: Hooks,
  ) {
    for (const sign of SIGNS_OF_LIFE) {
      addEventListener(sign, () => this.touch(), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => this.look());
    setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  private touch(): void {
    // What the computer slept through counts, too.
    this.look();
    this.touched = Date.now();
    this.look();
  }

  private look(): void {
    const left = this.touched + this.idleMs - Date.now();
    if (left <= 0 && this.hooks.inUse()) {
      this.touched = Date.now();
      this.hooks.onIdle();
      return;
    }
    const warn = left < Math.min(WARN_MS, this.idleMs / 2) && this.hooks.inUse();
    const seconds = warn ? Math.max(0, Math.ceil(left / 1000)) : null;
    if (seconds === this.secondsLeft) return;
    this.secondsLeft = seconds;
    this.hooks.onChange();
  }
}
