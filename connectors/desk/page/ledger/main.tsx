import { render } from "preact";
import { LedgerPage } from "./ledger_page";

render(<LedgerPage />, document.querySelector("#ledger")!);
