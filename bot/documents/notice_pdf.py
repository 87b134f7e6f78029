"""A notice as PDF, with the characters it uses embedded from an open font."""

from __future__ import annotations

from importlib.resources import files

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from bot.documents.lines import broken
from bot.documents.qr import as_png
from bot.documents.sheet import COLUMNS, NO_MATERIALS, Sheet, row
from knowledge.notice import Group, Section

FONT = "NotoSansSC"
FILE = str(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf")
WIDTHS = (8, 48, 26, 26, 44, 22)  # mm, together the width between the margins
MARGIN, GUTTER = 18, 1.5
INK, GREY, PALE = (0, 0, 0), (86, 98, 111), (232, 241, 251)


def write_pdf(sheet: Sheet) -> bytes:
    """Blocks for about half a second."""
    pdf = _Pages(sheet)
    pdf.title_line(sheet.heading)
    pdf.particulars(sheet)
    pdf.heading("申请材料清单")
    groups = [group for group in sheet.notice.groups if group.papers]
    for group in groups:
        pdf.group(group)
    if not groups:
        pdf.paragraph(NO_MATERIALS)
    for section in sheet.notice.sections:
        pdf.section(section)
    pdf.heading("来源与说明")
    for line in (*sheet.notice.remarks, *sheet.notice.sources):
        pdf.paragraph(line, 8, GREY)
    return bytes(pdf.output())


class _Pages(FPDF):
    def __init__(self, sheet: Sheet) -> None:
        super().__init__(format="A4")
        self._foot = "，".join(
            part for part in (sheet.heading, f"资料版本 {sheet.notice.catalogue}") if part
        )
        self.add_font(FONT, fname=FILE)
        self.set_margin(MARGIN)
        self.set_auto_page_break(True, 20)
        self.set_title(sheet.heading)
        self.set_lang("zh-CN")
        self.set_creator("帮办")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-14)
        self._ink(8, GREY)
        self.cell(0, 5, f"{self._foot}　第 {self.page_no()} 页，共 {{nb}} 页", align="C")

    def title_line(self, text: str) -> None:
        self._ink(18)
        self.multi_cell(
            0,
            10,
            broken(text, self.epw - 2 * self.c_margin, self.get_string_width),
            align="C",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self.ln(4)

    def particulars(self, sheet: Sheet) -> None:
        top, qr = self.get_y(), 30 if sheet.address else 0
        for name, value in sheet.particulars:
            self._ink(10, GREY)
            self.cell(26, 6, name)
            self._ink(10)
            width = self.epw - 26 - qr
            self.multi_cell(
                width,
                6,
                broken(value, width - 2 * self.c_margin, self.get_string_width),
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
            )
        if sheet.address:
            side = 26
            self.image(as_png(sheet.address), self.w - MARGIN - side, top, side)
            self.set_y(max(self.get_y(), top + side))
            self.paragraph(f"扫码核对本告知书：{sheet.address}", 8, GREY)

    def heading(self, text: str) -> None:
        self.ln(3)
        if self.will_page_break(20):
            self.add_page()
        self._ink(13)
        self.start_section(text)
        self.cell(0, 8, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, border="B")
        self.ln(1.5)

    def group(self, group: Group) -> None:
        if self.will_page_break(24):
            self.add_page()
        self._ink(11)
        self.cell(
            0, 8, f"{group.title}（{len(group.papers)}项）", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )
        self._ink(9)
        with self.table(
            col_widths=WIDTHS,
            line_height=4.6,
            padding=GUTTER,
            borders_layout=TableBordersLayout.ALL,
            headings_style=FontFace(fill_color=PALE),
            text_align="L",
        ) as table:
            for cells in (COLUMNS, *(row(p, group.need != "not_needed") for p in group.papers)):
                line = table.row()
                for text, width in zip(cells, WIDTHS, strict=True):
                    inner = width - 2 * GUTTER - 0.2
                    line.cell(broken(text, inner, self.get_string_width))
        self.ln(2)

    def section(self, section: Section) -> None:
        self.heading(section.title)
        for number, line in enumerate(section.lines, 1):
            lead = f"{number}. " if section.numbered else "· "
            self.paragraph(f"{lead}{line.text}　{line.mark}")

    def paragraph(self, text: str, size: float = 10, colour: tuple[int, int, int] = INK) -> None:
        self._ink(size, colour)
        room = self.epw - 2 * self.c_margin
        self.multi_cell(
            0,
            size * 0.55,
            broken(text, room, self.get_string_width),
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self.ln(0.6)

    def _ink(self, size: float, colour: tuple[int, int, int] = INK) -> None:
        self.set_font(FONT, size=size)
        self.set_text_color(*colour)
