import { Problem, requestJson } from "../../../../page/request";
import type { Options } from "./options";

/** The host site's signed statement of who is here; null for an anonymous visitor. */
export async function fetchIdentityToken(options: Options): Promise<string | null> {
  if (!options.identityUrl) return options.identityToken;
  try {
    const answer = await requestJson<{ identity_token?: string | null } | undefined>(
      new URL(options.identityUrl, location.href).href,
      { credentials: "include" },
    );
    return answer?.identity_token || null;
  } catch (error) {
    const signedOut = error instanceof Problem && [401, 403, 404].includes(error.status);
    if (signedOut) return null;
    throw error;
  }
}

/**
 * Names the place in local storage where this person's conversation is remembered. Another person
 * on the same computer gets another name, so nobody sees what somebody else wrote.
 */
export function memoryKey(host: string, token: string | null): string {
  return `bangban:${host}:${token ? fingerprint(lastingClaims(token)) : "anonymous"}`;
}

// These differ from token to token of one person.
const PASSING_CLAIMS = new Set(["exp", "iat", "nbf", "jti", "nonce", "auth_time"]);

/** Who the token speaks of: person and enterprise, and whatever else the host site says. */
function lastingClaims(token: string): string {
  try {
    const payload = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    const claims = Object.entries(JSON.parse(atob(payload)) as Record<string, unknown>);
    return JSON.stringify(claims.filter(([name]) => !PASSING_CLAIMS.has(name)).sort());
  } catch {
    return token;
  }
}

/** FNV-1a, 64 bits: `crypto.subtle` does not exist on plain-http intranet pages. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}
