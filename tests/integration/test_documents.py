"""Notices and receipts over HTTP: pages, PDF and DOCX, and what goes wrong."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from urllib.parse import unquote

import docx
import pypdfium2
import pytest
import pytest_asyncio
from aiohttp import ClientSession

from bot.documents.printing import Printer, PrintingTooLong
from bot.documents.sheet import Sheet
from bot.model.conversation import Draft, EntryKind
from bot.model.reply import Reply
from bot.model.times import CHINA
from bot.services.issue_receipt import with_receipt
from bot.services.ports import Log
from knowledge.loader import Catalogue
from tests.fakes.dialogue import ScriptedDialogue
from tests.fakes.matters import a_catalogue, with_limit
from tests.fakes.product import Answer, Product, answer_of, product

PAGE = {"Accept": "text/html"}


@dataclass
class Shelf:
    """The catalogue in force, which a test may replace."""

    catalogue: Catalogue

    def __call__(self) -> Catalogue:
        return self.catalogue


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(a_catalogue())


@pytest_asyncio.fixture
async def running(database_url: str, shelf: Shelf) -> AsyncIterator[Product]:
    async with product(database_url, ScriptedDialogue(), catalogue=shelf) as running:
        yield running


@pytest_asyncio.fixture
async def http(running: Product) -> ClientSession:
    return running.browser()


async def get(http: ClientSession, path: str, **headers: str) -> Answer:
    async with http.get(path, headers={**PAGE, **headers}) as response:
        return await answer_of(response)


async def read(http: ClientSession, path: str) -> str:
    answer = await get(http, path)
    assert answer.status == 200, answer
    return unescape(answer.body.decode())


def code_in(page: str) -> str:
    """The code of the receipt that a page of a notice links to."""
    return page.partition("receipt=")[2][:10]


async def told(running: Product, catalogue: Catalogue) -> str:
    """Somebody is told the limit; the code of the receipt."""
    facts = {"matter": "permit", "aspects": ["time_limit"], "catalogue": catalogue.version}
    today = running.parts.assistant.now().astimezone(CHINA).date()
    reply = with_receipt(
        catalogue, Reply("【施工许可】\n自受理之日起7日内", facts=facts), today, today
    )
    assert reply.receipt

    def work(log: Log) -> None:
        head = log.open("web", "小李", None)
        log.append(head, Draft(EntryKind.BOT, reply.text, receipt=reply.receipt))
        log.save(head)

    await running.parts.database.transact(work)
    return reply.receipt.code


# --- notices


async def test_the_page_lists_what_this_project_needs(http: ClientSession) -> None:
    page = await read(http, "/notices/permit?fact=tendered=yes")

    needed, _, rest = page.partition("不需要提交（1项）")
    assert "需要提交（3项）" in needed
    assert "中标通知书" in needed
    assert "直接发包备案表" in rest
    assert "原件2份" in page
    assert "<资金>证明" in page
    assert "可数据共享，免提交；可容缺后补" in page
    assert "外地示例·唐山 [2]" in page
    assert "[1] 国家规定，依据：《测试法》第八条" in page
    assert "施工招标" in page


async def test_a_fact_nobody_gave_leaves_a_material_open(http: ClientSession) -> None:
    page = await read(http, "/notices/permit")

    assert "视情况提交（2项）" in page
    assert "没有提供，按一般情况列出" in page


async def test_the_form_of_the_page_gives_facts_by_their_names(http: ClientSession) -> None:
    page = await read(http, "/notices/permit?tendered=no&utm_source=poster")

    assert "没有招标" in page
    assert '<option value="no" selected>' in page


async def test_what_people_write_is_never_markup(http: ClientSession) -> None:
    answer = await get(http, "/notices/permit")

    assert b"&lt;\xe8\xb5\x84\xe9\x87\x91&gt;" in answer.body
    assert b"style=" not in answer.body
    assert b"<script" not in answer.body
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_the_same_notice_has_one_receipt_and_another_has_its_own(
    http: ClientSession,
) -> None:
    first = code_in(await read(http, "/notices/permit?fact=tendered=yes"))
    again = code_in(await read(http, "/notices/permit?fact=tendered=yes"))
    other = code_in(await read(http, "/notices/permit?fact=tendered=no"))

    assert first == again
    assert first != other


async def test_a_notice_that_was_given_stays_as_it_was(http: ClientSession, shelf: Shelf) -> None:
    code = code_in(await read(http, "/notices/permit"))
    shelf.catalogue = with_limit(shelf.catalogue, 5)

    kept = await read(http, f"/notices/permit?receipt={code}")
    fresh = await read(http, "/notices/permit")

    assert "自受理之日起7日内" in kept
    assert "自受理之日起5日内" in fresh


async def test_the_pdf_carries_its_characters_with_it(http: ClientSession) -> None:
    answer = await get(http, "/notices/permit.pdf?fact=tendered=yes")

    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert unquote(answer.headers["Content-Disposition"]).endswith("施工许可一次性告知书.pdf")
    assert b"/FontFile3" in answer.body
    pages = pypdfium2.PdfDocument(answer.body)
    text = "".join(page.get_textpage().get_text_range() for page in pages)
    for said in (
        "一次性告知书",
        "中标通知书",
        "<资金>证明",
        "自受理之日起7日内",
        "外地示例",
        "第 1 页",
    ):
        assert said in text
    assert "\ufffd" not in text


async def test_the_docx_says_the_same(http: ClientSession) -> None:
    answer = await get(http, "/notices/permit.docx?fact=tendered=yes")

    assert answer.status == 200
    document = docx.Document(BytesIO(answer.body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert document.core_properties.title == "施工许可一次性告知书"
    assert {"中标通知书", "招标代理", "原件2份", "<资金>证明"} <= set(cells)
    assert "1. 受理 [1]" in text
    assert len(document.inline_shapes) == 1


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/notices/unknown", 404, "没有这个事项"),
        ("/notices/permit?fact=tendered=maybe", 422, "不能是 maybe"),
        ("/notices/permit?fact=colour=red", 422, "没有叫 colour"),
        ("/notices/permit?day=tomorrow", 422, "2026-03-03"),
        ("/notices/permit?receipt=0000000000", 404, "没有这个答复凭证"),
        ("/notices/permit.pdf?receipt=nonsense", 404, "没有这个答复凭证"),
        ("/receipts/0000-000000", 404, "没有这个答复凭证"),
        ("/receipts/%00", 404, "没有这个答复凭证"),
    ],
)
async def test_what_is_not_there_is_said(
    http: ClientSession, path: str, status: int, said: str
) -> None:
    page = await get(http, path)
    document = await get(http, path, Accept="application/json")

    assert (page.status, document.status) == (status, status)
    assert said in unescape(page.body.decode())
    assert document.is_problem
    assert said in document.body["detail"]


async def test_a_receipt_of_an_answer_is_no_notice(
    running: Product, http: ClientSession, shelf: Shelf
) -> None:
    code = await told(running, shelf.catalogue)

    assert (await get(http, f"/notices/permit?receipt={code}")).status == 404


async def test_a_file_that_takes_too_long_is_given_up() -> None:
    printer = Printer(lambda sheet, form: time.sleep(0.3) or b"", patience_seconds=0.01)  # type: ignore[func-returns-value]

    with pytest.raises(PrintingTooLong):
        await printer.print(Sheet(None), "pdf")  # type: ignore[arg-type]
    printer.close()


async def test_the_api_description_names_the_documents(http: ClientSession) -> None:
    answer = await get(http, "/api/openapi.json")

    paths = answer.body["paths"]
    assert {"/notices/{matter}", "/notices/{matter}.pdf", "/notices/{matter}.docx"} <= set(paths)
    pdf = paths["/notices/{matter}.pdf"]["get"]
    assert [parameter["name"] for parameter in pdf["parameters"]] == ["matter"]
    assert "PDF" in pdf["summary"]
    assert "/receipts/{code}" in paths


# --- receipts


async def test_a_receipt_shows_the_answer_again(
    running: Product, http: ClientSession, shelf: Shelf
) -> None:
    code = await told(running, shelf.catalogue)

    for spelling in (code, f"{code[:4]}-{code[4:]}".lower()):
        page = await read(http, f"/receipts/{spelling}")
        assert "【施工许可】\n自受理之日起7日内" in page
        assert "至今没有变化" in page
        assert "days-7" in page
        assert "已核实；测试法 第八条" in page


async def test_a_receipt_says_what_has_changed_since(
    running: Product, http: ClientSession, shelf: Shelf
) -> None:
    code = await told(running, shelf.catalogue)
    shelf.catalogue = with_limit(shelf.catalogue, 5)

    page = await read(http, f"/receipts/{code}")

    assert "【施工许可】\n自受理之日起7日内" in page
    assert "法定时限由“自受理之日起7日内”改为“自受理之日起5日内”。" in page
    assert "至今没有变化" not in page


async def test_the_receipt_of_a_notice_shows_the_notice(http: ClientSession, shelf: Shelf) -> None:
    code = code_in(await read(http, "/notices/permit?fact=tendered=yes"))
    shelf.catalogue = with_limit(shelf.catalogue, 5)

    page = await read(http, f"/receipts/{code}")

    assert "中标通知书" in page
    assert "自受理之日起7日内" in page
    assert "法定时限由“自受理之日起7日内”改为“自受理之日起5日内”。" in page
    assert 'href="/notices/permit"' in page
