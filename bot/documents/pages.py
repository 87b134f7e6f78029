"""Notices and receipts as HTML: no script, no inline style, every text escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.documents.qr import as_svg
from bot.documents.sheet import COLUMNS, NO_MATERIALS, Sheet, row, sheet_of
from bot.model.receipt import NOTICE, PATH, TERM, spelled
from bot.model.times import CHINA
from bot.model.understanding import ASPECT_NAMES, Aspect
from bot.services.review_receipts import Issued
from knowledge.differences import DETAIL_NAMES, FIELD_NAMES, VALUE_NAMES
from knowledge.notice import TITLE, Line
from knowledge.schema import ProjectFact

HERE = Path(__file__).parent
STYLE_SHEET = HERE / "documents.css"


def notice_page(
    sheet: Sheet,
    files: Mapping[str, str] | None = None,
    questions: Sequence[ProjectFact] = (),
    given: Mapping[str, str] | None = None,
) -> str:
    """A notice to read and print. `files` are the addresses of its PDF and DOCX; `questions` may
    be answered on the page."""
    return render(
        "notice.html.j2",
        sheet=sheet,
        files=files,
        questions=questions,
        given=given or {},
        address=f"/notices/{sheet.notice.matter}",
        qr=as_svg(sheet.address) if sheet.address else None,
    )


def notice_file(sheet: Sheet) -> str:
    """A notice as one HTML file that needs nothing beside it."""
    style = STYLE_SHEET.read_text("utf-8")
    qr = as_svg(sheet.address) if sheet.address else None
    return render(
        "notice.html.j2", sheet=sheet, files=None, questions=(), given={}, qr=qr, style=style
    )


def receipt_page(issued: Issued, public_url: str, changes: Sequence[str], now: str) -> str:
    """What was said under a code, and what differs in the catalogue version `now`."""
    notice = issued.content.get("notice")
    return render(
        "receipt.html.j2",
        code=spelled(issued.code),
        particulars=_particulars(issued),
        changes=changes,
        now=now,
        latest=f"/notices/{issued.matter}" if notice else None,
        sheet=sheet_of(issued, public_url) if notice else None,
        text=issued.content.get("text"),
        fields=_fields(issued),
    )


def problem_page(title: str, detail: str) -> str:
    return render("problem.html.j2", title=title, detail=detail)


def _particulars(issued: Issued) -> list[tuple[str, str]]:
    told = issued.told
    kinds = {NOTICE: TITLE, TERM: "名词解释", PATH: "全流程事项"}
    asked = "、".join(ASPECT_NAMES[Aspect(aspect)] for aspect in told["aspects"])
    return [
        ({TERM: "名词", PATH: "办理路径"}.get(told["kind"], "事项"), issued.content["name"]),
        ("答复的内容", kinds.get(told["kind"], asked)),
        ("答复时间", f"{issued.at.astimezone(CHINA):%Y-%m-%d %H:%M}（北京时间）"),
        ("适用日期", told["day"]),
        ("资料版本", told["catalogue"]),
    ]


def _fields(issued: Issued) -> list[dict[str, object]]:
    """The stored facts by field, in words."""
    sources: Mapping[str, str] = issued.content["sources"]
    return [
        {"name": FIELD_NAMES.get(name, name), "lines": [_line(item, sources) for item in items]}
        for name, value in issued.content["fields"].items()
        if (items := value if isinstance(value, list) else [value])
    ]


def _line(item: object, sources: Mapping[str, str]) -> Line:
    if not isinstance(item, dict):
        return Line(str(item), "")
    source, _, place = str(item.get("source", "")).partition("#")
    state = VALUE_NAMES["state"].get(item.get("state", ""), "")
    where = f"（{item['place']}）" if item.get("place") else ""
    dates = [
        f"{DETAIL_NAMES[key]} {item[key]}" for key in ("valid_from", "valid_to") if item.get(key)
    ]
    cited = f"{sources.get(source, source)} {place}".strip()
    return Line(
        str(item.get("name") or item.get("text")),
        "；".join(part for part in (f"{state}{where}", cited, *dates) if part),
    )


def render(template: str, **given: object) -> str:
    """A template of this folder with what it is given."""
    return _environment().get_template(template).render(**{"style": None, **given})


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(columns=COLUMNS, row=row, no_materials=NO_MATERIALS)
    return made
