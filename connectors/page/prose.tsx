import type { JSX } from "preact";
import type { Entry } from "./entries";

const WEB_ADDRESS = /https?:\/\/[A-Za-z0-9\-._~:/?#@!$&*+,;=%]+[A-Za-z0-9/=#]/g;

/** A message's text; web addresses become links, everything else stays text. */
export function Prose({ text, links }: { text: string; links: boolean }): JSX.Element {
  if (!links) return <>{text}</>;
  const parts: (string | JSX.Element)[] = [];
  let end = 0;
  for (const match of text.matchAll(WEB_ADDRESS)) {
    parts.push(text.slice(end, match.index));
    parts.push(<Link href={match[0]}>{match[0]}</Link>);
    end = match.index + match[0].length;
  }
  parts.push(text.slice(end));
  return <>{parts}</>;
}

/** What an entry says; the code of its receipt leads to the receipt's page on `host`. */
export function Said({ entry, host }: { entry: Entry; host: string }): JSX.Element {
  const { text, receipt } = entry;
  const code = receipt ? `${receipt.slice(0, 4)}-${receipt.slice(4)}` : "";
  const at = code ? text.lastIndexOf(code) : -1;
  if (at < 0) return <Prose text={text} links={entry.kind !== "user"} />;
  return (
    <>
      <Prose text={text.slice(0, at)} links />
      <Link href={`${host}/receipts/${receipt}`}>{code}</Link>
      <Prose text={text.slice(at + code.length)} links />
    </>
  );
}

/** The pages that an entry hands over, to read and print: a one-time notice, which is a file too,
 * or a checklist. */
export function DocumentLinks({ entry, host }: { entry: Entry; host: string }): JSX.Element | null {
  const { notice, checklist } = entry;
  if (checklist) {
    return (
      <p class="notice">
        <Link href={host + checklist.page}>材料核对清单（查看、打印，7 天内有效）</Link>
      </p>
    );
  }
  if (!notice) return null;
  return (
    <p class="notice">
      <Link href={host + notice.page}>一次性告知书（查看、打印）</Link>
      <Link href={host + notice.pdf}>PDF</Link>
      <Link href={host + notice.docx}>Word</Link>
    </p>
  );
}

function Link({ href, children }: { href: string; children: string }): JSX.Element {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
