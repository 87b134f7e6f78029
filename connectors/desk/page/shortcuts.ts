import { useEffect, useRef } from "preact/hooks";

/** Runs the action of a key pressed with Alt. Keys are named by place (`KeyT`), so that an input
 * method or a Mac's Option characters change nothing. */
export function useShortcuts(actions: Record<string, () => void>): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (document.querySelector("dialog[open]")) return;
      if (!event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
      const action = current.current[event.code];
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
