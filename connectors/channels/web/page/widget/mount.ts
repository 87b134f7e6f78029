import styles from "./widget.css";

/** Adds the widget's element to the page, with a shadow root that keeps both sides' styles apart. */
export function mount(): { host: HTMLElement; root: ShadowRoot } {
  const host = document.createElement("bangban-widget");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(styles);
  root.adoptedStyleSheets = [sheet];
  host.lang = "zh-CN";
  document.body.append(host);
  return { host, root };
}
