import type { JSX } from "preact";

const WEB_ADDRESS = /https?:\/\/[A-Za-z0-9\-._~:/?#@!$&*+,;=%]+[A-Za-z0-9/=#]/g;

/** A message's text; web addresses become links, everything else stays text. */
export function Prose({ text, links }: { text: string; links: boolean }): JSX.Element {
  if (!links) return <>{text}</>;
  const parts: (string | JSX.Element)[] = [];
  let end = 0;
  for (const match of text.matchAll(WEB_ADDRESS)) {
    parts.push(text.slice(end, match.index));
    parts.push(
      <a href={match[0]} target="_blank" rel="noopener noreferrer">
        {match[0]}
      </a>,
    );
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return <>{parts}</>;
}
