import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { dayAndTime } from "../../page/clock";
import { grantsApi, type Issued } from "./grants_api";

interface Props {
  enterprise: { id: string; name: string } | null;
  issued: Issued | null;
  onIssued: (answer: Issued) => void;
  onTrouble: (error: unknown) => void;
}

/** Gives a person a one-time code, after the steward has made sure who it is. */
export function IssueForm({ enterprise, issued, onIssued, onTrouble }: Props): JSX.Element {
  const [code, setCode] = useState(enterprise?.id ?? "");
  const [name, setName] = useState(enterprise?.name ?? "");
  const [person, setPerson] = useState("");
  const [send, setSend] = useState(false);
  const [busy, setBusy] = useState(false);

  const issue = async (): Promise<void> => {
    setBusy(true);
    try {
      const wish = { enterprise: code, enterprise_name: name, person, send };
      onIssued(await grantsApi.issue(wish));
      setPerson("");
    } catch (error) {
      onTrouble(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form
      class="grants-issue"
      onSubmit={(event) => {
        event.preventDefault();
        void issue();
      }}
    >
      <p>请先核实对方身份（营业执照、授权委托书），再发绑定码。</p>
      <label>
        统一社会信用代码
        <input required value={code} onInput={(event) => setCode(event.currentTarget.value)} />
      </label>
      <label>
        企业名称
        <input required value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        人员（姓名和职务）
        <input
          required
          maxLength={100}
          value={person}
          onInput={(event) => setPerson(event.currentTarget.value)}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          checked={send}
          onChange={(event) => setSend(event.currentTarget.checked)}
        />
        发给企业登记的联系人，不在这里显示
      </label>
      <button type="submit" class="primary" disabled={busy}>
        发绑定码
      </button>
      <div role="status">{issued && <Code issued={issued} />}</div>
    </form>
  );
}

function Code({ issued }: { issued: Issued }): JSX.Element {
  const until = dayAndTime(issued.expires_at);
  if (issued.code === null) {
    return (
      <p class="code">
        已发到登记的联系人（{issued.sent_to}），{until} 前有效。
      </p>
    );
  }
  return (
    <p class="code">
      {issued.grant.person}的绑定码：<strong>{issued.code}</strong>
      <small>{until} 前有效，只能用一次，只显示这一次。请对方在对话里发送“绑定 绑定码”。</small>
    </p>
  );
}
