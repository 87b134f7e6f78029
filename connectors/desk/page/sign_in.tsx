import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { deskApi, type Steward } from "./desk_api";

interface Props {
  notice: string | null;
  onSignedIn: (steward: Steward) => void;
}

export function SignIn({ notice, onSignedIn }: Props): JSX.Element {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const first = useRef<HTMLInputElement>(null);

  useEffect(() => {
    document.title = "登录 · 项目管家工作台";
    first.current?.focus();
  }, []);

  const signIn = async (): Promise<void> => {
    if (!name.trim() || !password) {
      setError("请填写姓名和密码。");
      return;
    }
    setBusy(true);
    setError(null);
    try {
      const { steward } = await deskApi.signIn(name.trim(), password);
      onSignedIn(steward);
    } catch (problem) {
      setError((problem as Error).message);
      setBusy(false);
    }
  };

  return (
    <main class="door">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <h1>项目管家工作台</h1>
        {notice && <p class="notice">{notice}</p>}
        <label for="name">姓名</label>
        <input
          id="name"
          ref={first}
          autocomplete="username"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <label for="password">密码</label>
        <input
          id="password"
          type="password"
          autocomplete="current-password"
          value={password}
          onInput={(event) => setPassword(event.currentTarget.value)}
        />
        <p class="error" role="alert">
          {error}
        </p>
        <button type="submit" class="primary" disabled={busy}>
          {busy ? "正在登录…" : "登录"}
        </button>
      </form>
    </main>
  );
}
