import type { JSX, RefObject } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { dayAndTime } from "../../page/clock";
import { Problem } from "../../page/request";
import { type Grant, grantsApi, type GrantState, type Issued, type TrailLine } from "./grants_api";
import { IssueForm } from "./issue_form";
import { channelName } from "./words";

const STATES: Record<GrantState, string> = {
  waiting: "等待使用绑定码",
  lapsed: "绑定码过期未用",
  active: "有效",
  revoked: "已撤销",
  given_up: "本人已解除",
};

interface Props {
  dialog: RefObject<HTMLDialogElement | null>;
  /** How often it was opened. */
  opened: number;
  /** Of the conversation that is open. */
  enterprise: { id: string; name: string } | null;
  onTrouble: (error: unknown) => void;
}

/** Who may see an enterprise's cases: given by a one-time code, taken away, and how it came about. */
export function Grants({ dialog, opened, enterprise, onTrouble }: Props): JSX.Element {
  const [wanted, setWanted] = useState("");
  const [grants, setGrants] = useState<Grant[]>([]);
  const [trail, setTrail] = useState<TrailLine[]>([]);
  const [issued, setIssued] = useState<Issued | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);

  const failed = useCallback(
    (error: unknown) => {
      if (error instanceof Problem && error.status === 401) {
        dialog.current?.close();
        onTrouble(error);
      } else setRefusal((error as Error).message);
    },
    [dialog, onTrouble],
  );
  const look = useCallback(
    async (credit: string) => {
      try {
        const found = await grantsApi.list(credit);
        setGrants(found.grants);
        setTrail(found.trail);
        setRefusal(null);
      } catch (error) {
        failed(error);
      }
    },
    [failed],
  );
  useEffect(() => {
    if (!opened) return;
    const credit = enterprise?.id ?? "";
    setWanted(credit);
    void look(credit);
  }, [opened, look]);
  useEffect(() => {
    const shown = dialog.current;
    const clear = (): void => setIssued(null); // a code is not left on the screen
    shown?.addEventListener("close", clear);
    return () => shown?.removeEventListener("close", clear);
  }, [dialog]);

  const change = async (grant: Grant, what: "revoke" | "restore"): Promise<void> => {
    try {
      await grantsApi.change(grant.id, what);
      await look(wanted);
    } catch (error) {
      failed(error);
    }
  };

  return (
    <dialog ref={dialog} class="grants" aria-labelledby="grants-title">
      <h2 id="grants-title">谁可以看企业的办件</h2>
      <IssueForm
        key={enterprise?.id}
        enterprise={enterprise}
        issued={issued}
        onIssued={(answer) => {
          setIssued(answer);
          setWanted(answer.grant.enterprise.id);
          void look(answer.grant.enterprise.id);
        }}
        onTrouble={failed}
      />
      {refusal && (
        <p class="error" role="alert">
          {refusal}
        </p>
      )}
      <form
        class="grants-search"
        onSubmit={(event) => {
          event.preventDefault();
          void look(wanted.trim());
        }}
      >
        <label>
          按统一社会信用代码查看
          <input value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />
        </label>
        <button type="submit">查看</button>
      </form>
      {grants.length === 0 && <p class="hint">没有授权。</p>}
      <ul class="grants-list">
        {grants.map((grant) => (
          <li key={grant.id}>
            <p>
              <strong>{grant.person}</strong> · {grant.enterprise.name} · {roadOf(grant)} ·{" "}
              <span class={`tag ${grant.state}`}>{STATES[grant.state]}</span>
              <small>
                {grant.issued_by}，{dayAndTime(grant.bound_at ?? grant.issued_at)}
                {grant.ended_by && `；${grant.ended_by}撤销`}
              </small>
            </p>
            {(grant.state === "active" || grant.state === "waiting") && (
              <button type="button" class="danger" onClick={() => void change(grant, "revoke")}>
                撤销
              </button>
            )}
            {grant.state === "revoked" && grant.site && (
              <button type="button" onClick={() => void change(grant, "restore")}>
                恢复
              </button>
            )}
          </li>
        ))}
      </ul>
      <details>
        <summary>全程留痕</summary>
        <ol class="grants-trail">
          {trail.map((line, place) => (
            <li key={`${line.at}-${place}`}>
              <time dateTime={line.at}>{dayAndTime(line.at)}</time> {line.who}：{line.label}
              {line.detail && `（${line.detail}）`}
            </li>
          ))}
        </ol>
      </details>
      <form method="dialog">
        <button type="submit">关闭</button>
      </form>
    </dialog>
  );
}

function roadOf(grant: Grant): string {
  if (grant.site) return `网站 ${grant.site}`;
  return grant.channel ? `绑定码，${channelName(grant.channel)}` : "绑定码";
}
