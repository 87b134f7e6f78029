"""The QR code that leads to a receipt."""

from __future__ import annotations

from io import BytesIO

import segno


def as_svg(address: str) -> str:
    """An inline SVG element without any style, for pages under a strict policy."""
    return str(_code(address).svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None))


def as_png(address: str) -> BytesIO:
    stream = BytesIO()
    _code(address).save(stream, kind="png", scale=6, border=2)
    stream.seek(0)
    return stream


def _code(address: str) -> segno.QRCode:
    return segno.make(address, error="m", micro=False)
