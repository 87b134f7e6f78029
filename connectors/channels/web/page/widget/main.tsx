import { render } from "preact";
import { mount } from "./mount";
import { readOptions } from "./options";
import { Widget } from "./widget";

declare global {
  interface Window {
    /** What the host page may call. */
    Bangban?: { open(): void; close(): void; ask(text: string): void };
  }
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement && !window.Bangban) {
  const options = readOptions(script);
  const begin = (): void => {
    const { host, root } = mount();
    render(<Widget options={options} host={host} />, root);
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
}
