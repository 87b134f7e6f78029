export interface Options {
  /** Origin of the service, without a trailing slash. */
  host: string;
  title: string;
  startOpen: boolean;
  identityToken: string | null;
  /** An address of the host site that answers `{"identity_token": "…"}` for the signed-in person. */
  identityUrl: string | null;
  /** A computer that others use too: nothing is kept beyond this window, one tap ends it all. */
  shared: boolean;
  /** On such a computer: how long nobody may touch the page before everything is wiped. */
  idleMs: number;
}

const IDLE_MINUTES = 10;

/** Reads the `data-…` attributes of the widget's script tag. */
export function readOptions(script: HTMLScriptElement): Options {
  const { host, title, open, identityToken, identityUrl, shared, idleMinutes } = script.dataset;
  const minutes = Number(idleMinutes);
  return {
    host: (host || new URL(script.src, location.href).origin).replace(/\/+$/, ""),
    title: title || "帮办助手",
    startOpen: open === "true",
    identityToken: identityToken || null,
    identityUrl: identityUrl || null,
    shared: shared === "true" || shared === "",
    idleMs: (minutes > 0 ? minutes : IDLE_MINUTES) * 60_000,
  };
}
