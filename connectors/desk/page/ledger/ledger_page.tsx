import type { JSX } from "preact";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { dayAndTime } from "../../../page/clock";
import { Problem as Refusal } from "../../../page/request";
import { Cases } from "./cases";
import { Filters } from "./filters";
import { type Answer, ledgerApi, type Wish } from "./ledger_api";
import { TotalsTable } from "./totals_table";

const LOOK_EVERY_MS = 1500;
const FIRST: Wish = { list: "overdue", department: "", stage: "", text: "", silent: 30 };

/** The ledger: what wants attention, filters, totals, the workbook. */
export function LedgerPage(): JSX.Element {
  const [wish, setWish] = useState(FIRST);
  const [offset, setOffset] = useState(0);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [door, setDoor] = useState(false);

  const looks = useRef(0);
  const look = useCallback(async () => {
    const mine = ++looks.current;
    try {
      const found = await ledgerApi.look(wish, offset);
      if (mine !== looks.current) return; // an answer to an earlier wish came late
      setAnswer(found);
      setTrouble(null);
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) setDoor(true);
      else setTrouble((error as Error).message);
    }
  }, [wish, offset]);
  useEffect(() => void look(), [look]);

  const underWay = answer?.reading.under_way ?? false;
  useEffect(() => {
    if (!underWay) return undefined;
    const timer = setInterval(() => void look(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [underWay, look]);

  const change = (part: Partial<Wish>): void => {
    setOffset(0);
    setWish({ ...wish, ...part });
  };
  const refresh = async (): Promise<void> => {
    try {
      await ledgerApi.refresh();
    } catch (error) {
      setTrouble((error as Error).message);
    }
    await look();
  };

  if (door) {
    return (
      <p class="page-notice" role="alert">
        请先<a href="/desk">登录工作台</a>，再打开台账。
      </p>
    );
  }
  const ledger = answer?.ledger ?? null;
  return (
    <>
      <header class="bar">
        <h1>台账</h1>
        <Reading answer={answer} />
        <button type="button" disabled={underWay} onClick={() => void refresh()}>
          重新读取
        </button>
        {ledger && (
          <a class="button" href={ledgerApi.workbook({ ...wish, list: "all" })} download>
            下载 Excel
          </a>
        )}
        <a href="/desk">返回工作台</a>
      </header>
      {trouble && (
        <p class="banner" role="alert">
          {trouble}
        </p>
      )}
      {ledger && (
        <main>
          <Filters wish={wish} totals={ledger.totals} onChange={change} />
          <Cases ledger={ledger} list={wish.list} offset={offset} onOffset={setOffset} />
          <TotalsTable
            title="按部门"
            rows={ledger.totals.by_department}
            whole={ledger.totals.whole}
          />
          <TotalsTable title="按阶段" rows={ledger.totals.by_stage} whole={ledger.totals.whole} />
        </main>
      )}
    </>
  );
}

function Reading({ answer }: { answer: Answer | null }): JSX.Element {
  if (!answer) return <p role="status">正在打开台账…</p>;
  const { reading, ledger } = answer;
  const known = ledger ? `${dayAndTime(ledger.read_at)} 读到的情况` : "";
  const far = reading.all ? `已读 ${reading.done} / ${reading.all} 个项目` : "正在读取…";
  return (
    <p role="status">
      {known}
      {reading.under_way && <span class="under-way"> {far}</span>}
      {reading.failed && <span class="failed"> {reading.failed}</span>}
    </p>
  );
}
