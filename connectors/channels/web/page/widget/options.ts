export interface Options {
  /** Origin of the service, without a trailing slash. */
  host: string;
  title: string;
  startOpen: boolean;
  identityToken: string | null;
  /** An address of the host site that answers `{"identity_token": "…"}` for the signed-in person. */
  identityUrl: string | null;
}

/** Reads the `data-…` attributes of the widget's script tag. */
export function readOptions(script: HTMLScriptElement): Options {
  const { host, title, open, identityToken, identityUrl } = script.dataset;
  return {
    host: (host || new URL(script.src, location.href).origin).replace(/\/+$/, ""),
    title: title || "帮办助手",
    startOpen: open === "true",
    identityToken: identityToken || null,
    identityUrl: identityUrl || null,
  };
}
