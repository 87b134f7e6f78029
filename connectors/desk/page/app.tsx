import type { JSX } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem } from "../../page/request";
import { Console } from "./console";
import { deskApi, type Steward } from "./desk_api";
import { forgetDrafts } from "./drafts";
import { SignIn } from "./sign_in";
import { forgetThreads } from "./threads";

type Gate =
  | { at: "asking" }
  | { at: "unreachable"; reason: string }
  | { at: "door"; notice: string | null }
  | { at: "inside"; steward: Steward };

/** Lets stewards in; a session that expires leads back to the door, with drafts kept. */
export function App(): JSX.Element {
  const [gate, setGate] = useState<Gate>({ at: "asking" });

  const ask = useCallback(async () => {
    try {
      const { steward } = await deskApi.signedIn();
      setGate({ at: "inside", steward });
    } catch (error) {
      const signedOut = error instanceof Problem && error.status === 401;
      setGate(
        signedOut
          ? { at: "door", notice: null }
          : { at: "unreachable", reason: (error as Error).message },
      );
    }
  }, []);
  useEffect(() => void ask(), [ask]);

  const onExpired = useCallback(() => {
    setGate({ at: "door", notice: "登录已过期，请重新登录。没发出的内容已为您保留。" });
  }, []);
  const onSignOut = useCallback(async (steward: Steward) => {
    await deskApi.signOut();
    forgetDrafts(steward.id);
    forgetThreads();
    setGate({ at: "door", notice: null });
  }, []);

  switch (gate.at) {
    case "asking":
      return <p class="page-notice">正在打开工作台…</p>;
    case "unreachable":
      return (
        <div class="page-notice" role="alert">
          <p>{gate.reason}</p>
          <button type="button" onClick={() => void ask()}>
            重试
          </button>
        </div>
      );
    case "door":
      return (
        <SignIn notice={gate.notice} onSignedIn={(steward) => setGate({ at: "inside", steward })} />
      );
    case "inside":
      return (
        <Console
          key={gate.steward.id}
          steward={gate.steward}
          onExpired={onExpired}
          onSignOut={() => onSignOut(gate.steward)}
        />
      );
  }
}
