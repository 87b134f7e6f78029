"""What stands on every printed notice, whatever the form of the file."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.receipt import spelled
from bot.services.review_receipts import Issued
from knowledge.notice import Notice, Paper, notice_from

COLUMNS = ("", "材料", "形式和份数", "由谁出具", "原因和说明", "来源")
BOX = "□"
NO_MATERIALS = "资料里还没有这个事项的要件清单，请以窗口的一次性告知为准。"


@dataclass(frozen=True)
class Sheet:
    """A notice with the code of its receipt and the address that the QR code leads to; both None
    for a notice that is not kept anywhere."""

    notice: Notice
    code: str | None = None
    address: str | None = None

    @property
    def heading(self) -> str:
        return f"{self.notice.name}{self.notice.title}"

    @property
    def particulars(self) -> list[tuple[str, str]]:
        """What heads the notice, as (name, value)."""
        notice = self.notice
        facts = "；".join(notice.facts) or "没有提供，按一般情况列出"
        rows = [
            ("事项", f"{notice.name}（{notice.kind}）"),
            ("项目情况", facts),
            ("是否需要办理", notice.applies),
            (
                "还可以补充",
                f"{'、'.join(notice.wanted)}（补充后清单更准）" if notice.wanted else "",
            ),
            ("适用地区", notice.place),
            ("适用日期", f"{notice.day}（资料核对于 {notice.checked_on}）"),
            ("资料版本", notice.catalogue),
            ("答复凭证", spelled(self.code) if self.code else ""),
        ]
        return [(name, value) for name, value in rows if value]


def row(paper: Paper, needed: bool) -> tuple[str, ...]:
    """A material as the cells of COLUMNS."""
    said = "；".join(part for part in (paper.reason, paper.note, paper.shortcuts) if part)
    kind, issuer = paper.kind or "以窗口要求为准", paper.issuer or "—"
    return (BOX if needed else "", paper.name, kind, issuer, said, paper.mark)


def sheet_of(issued: Issued, public_url: str | None) -> Sheet:
    """The notice that was given under a receipt; without a public address it has no QR code."""
    return Sheet(
        notice_from(issued.content["notice"]),
        issued.code,
        receipt_address(public_url, issued.code) if public_url else None,
    )


def receipt_address(public_url: str, code: str) -> str:
    return f"{public_url.rstrip('/')}/receipts/{code}"
