"""A notice as DOCX. Its fonts are named, not embedded: a Chinese word processor has them."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from bot.documents.qr import as_png
from bot.documents.sheet import COLUMNS, NO_MATERIALS, Sheet, row
from knowledge.notice import Group, Section

BODY, HEADING, LATIN = "宋体", "黑体", "Times New Roman"
MARGIN = Mm(18)
WIDTHS = (Mm(8), Mm(50), Mm(26), Mm(26), Mm(40), Mm(24))
NAMES = (Mm(30), Mm(144))
GREY = RGBColor(0x56, 0x62, 0x6F)


def write_docx(sheet: Sheet) -> bytes:
    """Blocks for some tenths of a second."""
    document = Document()
    _prepare(document, sheet)
    title = document.add_heading(sheet.heading, 0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _particulars(document, sheet)
    document.add_heading("申请材料清单", 1)
    groups = [group for group in sheet.notice.groups if group.papers]
    for group in groups:
        _group(document, group)
    if not groups:
        document.add_paragraph(NO_MATERIALS)
    for section in sheet.notice.sections:
        _section(document, section)
    _notes(document, sheet)
    return _bytes(document)


def _prepare(document: Any, sheet: Sheet) -> None:
    """A4, Chinese fonts for every style in use, the title in the file's properties."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN
    for name, font, size in (
        ("Normal", BODY, 10.5),
        ("Title", HEADING, 20),
        ("Heading 1", HEADING, 14),
        ("Heading 2", HEADING, 12),
    ):
        style = document.styles[name]
        style.font.name, style.font.size = LATIN, Pt(size)
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), font)
    document.core_properties.title = sheet.heading
    document.core_properties.author = "帮办"
    document.core_properties.comments = ""


def _particulars(document: Any, sheet: Sheet) -> None:
    table = document.add_table(rows=0, cols=len(NAMES), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _lay_out(table, NAMES)
    for name, value in sheet.particulars:
        cells = table.add_row().cells
        cells[0].text, cells[1].text = name, value
        cells[0].width, cells[1].width = NAMES
    if sheet.address:
        beside = document.add_paragraph()
        beside.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        beside.add_run().add_picture(as_png(sheet.address), width=Mm(24))
        _grey(document.add_paragraph(f"扫码核对本告知书：{sheet.address}"), right=True)


def _group(document: Any, group: Group) -> None:
    document.add_heading(f"{group.title}（{len(group.papers)}项）", 2)
    table = document.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    _lay_out(table, WIDTHS)
    _fill(table.rows[0], COLUMNS)
    _repeat(table.rows[0])
    for paper in group.papers:
        line = table.add_row()
        _fill(line, row(paper, group.need != "not_needed"))
        _keep_together(line)


def _lay_out(table: Any, widths: tuple[Mm, ...]) -> None:
    """Word goes by the cells' widths, others by the columns'; so both are said."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width


def _fill(line: Any, cells: tuple[str, ...]) -> None:
    for cell, text, width in zip(line.cells, cells, WIDTHS, strict=True):
        cell.text, cell.width = text, width
        for paragraph in cell.paragraphs:
            paragraph.paragraph_format.space_after = Pt(0)
            for run in paragraph.runs:
                run.font.size = Pt(9)


def _repeat(line: Any) -> None:
    """The header stands on every page that the table reaches."""
    line._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_together(line: Any) -> None:
    line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _section(document: Any, section: Section) -> None:
    document.add_heading(section.title, 1)
    for number, line in enumerate(section.lines, 1):
        lead = f"{number}. " if section.numbered else "· "
        paragraph = document.add_paragraph(f"{lead}{line.text} ")
        paragraph.paragraph_format.space_after = Pt(2)
        mark = paragraph.add_run(line.mark)
        mark.font.size, mark.font.color.rgb = Pt(8), GREY


def _notes(document: Any, sheet: Sheet) -> None:
    document.add_heading("来源与说明", 1)
    for line in (*sheet.notice.remarks, *sheet.notice.sources):
        _grey(document.add_paragraph(line))


def _grey(paragraph: Any, right: bool = False) -> None:
    paragraph.paragraph_format.space_after = Pt(1)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for run in paragraph.runs:
        run.font.size, run.font.color.rgb = Pt(8.5), GREY


def _bytes(document: Any) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()
