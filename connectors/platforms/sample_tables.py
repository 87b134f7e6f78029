"""The exchange tables that the sample database has, with their full column sets in V2 and V3."""

from __future__ import annotations

import sqlalchemy as sa

_INTEGERS = """SJYXBS SJSCZT XMTZLY TDHQFS TDSFDSJFA SFWCQYPG SPLCLX LXLX GCFL JSXZ XMZJSX XMSFWQBJ
    DWLX JSDWLX SFXXGC SPJDXH SPJDSX LCBSXLX SFSXGZCNZ BJLX SQDX SPSXBLSX SFLCBSX SLFS GKFS SXBLSX
    YWQX BLZT TBCX TBCXSXLX TBCXSX FJFL CLFL SQFS SQSL DYBZSPLCLX SYFW SXZT QLLY XSCJ FDBJSX
    CNBJSX DBSXCCS"""
_DECIMALS = "SPLCBBH SPSXBBH ZTZE YDMJ JZMJ XMJSDDX XMJSDDY CD"
_MOMENTS = "SCSJ GXSJ SBSJ BLSJ TBCXKSSJ SPLCSXSJ FKSJ"
_DAYS = "NKGSJ NJCSJ XMWQBJSJ PFRQ PFWJYXQX SXRQ TYRQ"

_COMMON = "LSH DFSJZJ XZQHDM SJYXBS SJWXYY SJSCZT SBYY"
_PROJECT = """XMDM XMMC GCDM GCFW QJDGCDM XMTZLY TDHQFS TDSFDSJFA SFWCQYPG SPLCLX LXLX GCFL JSXZ
    XMZJSX GBHYDMFBND GBHY NKGSJ NJCSJ XMSFWQBJ XMWQBJSJ ZTZE JSDDXZQH JSDD JSGMJNR YDMJ JZMJ
    SBSJ SPLCBM SPLCBBH"""
_STAGE = "SPLCBM SPLCBBH SPJDBM SPJDMC SPJDXH DYBZSPJDXH SPJDSX"
_CASE = """GCDM SPSXBM SPSXBBH SPLCBM SPLCBBH SPSXSLBM SPBMBM SPBMMC SLFS GKFS BLSPSLBM
    SXBLSX"""
_STEP = "GCDM SPSXSLBM BLCS BLR BLZT BLYJ BLSJ"
_DOCUMENT = "GCDM SPSXSLBM PFRQ PFWH PFWJBT PFWJYXQX FJMC FJLX FJID"
_PROCEDURE = "GCDM SPSXSLBM TBCX TBCXMC TBCXKSSJ TBCXSXLX TBCXSX"
_SOLICITATION = "GCDM SPSXSLBM BLDWDM BLDWMC FKSJ BLR FKYJ FJMC FJID"

_COLUMNS: dict[str, dict[str, str]] = {
    "V2": {
        "DFXMSPLCXXB": "SPLCBM SPLCMC SPLCBBH SPLCSXSJ SPLCLX SPLCSM FJMC FJLX FJID",
        "DFXMSPLCJDXXB": f"{_STAGE} LCBSXLX",
        "DFXMSPLCJDSXXXB": """SPLCBM SPLCBBH SPJDXH SPSXBM SPSXBBH SPSXMC DYBZSPSXBM SFSXGZCNZ BJLX
            SQDX BLJGSDFS SPSXBLSX SPBMBM SPBMMC QZSPSXBM SFLCBSX""",
        "XMJBXXB": f"{_PROJECT} XMJSDDX XMJSDDY",
        "XMDWXXB": "XMDM GCDM DWTYSHXYDM DWMC DWLX",
        "XMSPSXBLXXB": _CASE,
        "XMSPSXBLXXXXB": _STEP,
        "XMSPSXBLTBCXXXB": _PROCEDURE,
        "XMSPSXPFWJXXB": _DOCUMENT,
        "XMSPSXZQYJXXB": _SOLICITATION,
        "XMQTFJXXB": "GCDM SPSXSLBM BLSPSLBM FJMC FJFL FJLX FJID",
    },
    "V3": {
        "SPLCXXB": "SPLCBM SPLCMC SPLCBBH SPLCSM DYBZSPLCLX SYFW SPLCTDZ SXRQ TYRQ",
        "SPJDXXB": f"{_STAGE} JDBSZNDZ JDBLSBDZ",
        "SPLCJBLSXXXB": "SPLCBM SPLCBBH SPJDXH SPSXBM SPSXBBH",
        "SPSXJBXXB": """SPSXBM SPSXBBH SPSXMC DYBZSPSXBM SXBSZNDZ SXZXSBDZ JBBM SSBM YWBLXBM
            YWBLXKZM SXLX SDYJ QLLY XSCJ SXZT SSZT SSZTXZ SSZTBM SSBMSSDQXZQHDM WTBM FDBJSX FDBJSXDW
            FDBJSXSM CNBJSX CNBJSXDW CNBJSXSM SLTJ BLLC SFSF SFYJ FWDX BJLX BLXS DBSXCCS TBCX
            BLDD BLSJ ZXFS JDTSFS SXRQ TYRQ""",
        "XMJBXXB": f"{_PROJECT} JSDW JSDWDM JSDWLX XMJWDZB SFXXGC GCHYFL CD",
        "ZRZTXXB": """XMDM GCDM SPSXSLBM XKBABH DWLX DWMC DWTYSHXYDM ZZDJ FDDBR FRZJLX FRZJHM FZRXM
            FZRZJLX FZRZJHM FZRLXDH""",
        "XMSPSXBLXXB": f"{_CASE} LXR LXRSJH YWQX QYPGDYBM YYQYPGQK SXGZCNZSPQK",
        "XMSPSXBLXXXXB": f"{_STEP} DWMC DWTYSHXYDM SJLY",
        "XMSPSXBLTBCXXXB": _PROCEDURE,
        "XMSPSXZQYJXXB": _SOLICITATION,
        "XMSPSXPFWJXXB": f"{_DOCUMENT} SPJGLX ZZBH ZZBS DZZZWJLJ",
        "XMSQCLJQTFJXXB": """GCDM SPSXSLBM BLSPSLBM CLMLBH CLMC CLFL CLLX CLID SQFS SQSL ZZMC ZZBH
            ZZLX ZZBS DZZZWJLJ""",
    },
}
# In the matter catalogue these names mean text (opening hours, names of procedures), not codes.
_TEXT_IN_MATTERS = {"BLSJ", "TBCX"}


def sample_tables(layout: str, metadata: sa.MetaData) -> dict[str, sa.Table]:
    """The tables of `layout` (V2 or V3) by base name, indexed as a city's copy would be."""
    return {base: _table(base, layout, metadata) for base in _COLUMNS[layout]}


def _table(base: str, layout: str, metadata: sa.MetaData) -> sa.Table:
    sent = "SCSJ GXSJ" if layout == "V2" else ""
    names = f"{_COMMON} {sent} {_COLUMNS[layout][base]}".split()
    columns = [
        sa.Column(name, _type(base, layout, name), primary_key=name == "LSH") for name in names
    ]
    table = sa.Table(f"SPGL_{base}", metadata, *columns)
    for key in ("XMDM", "GCDM", "DWTYSHXYDM"):
        if key in table.c:
            sa.Index(f"IX_{base}_{key}", table.c[key])
    return table


def _type(base: str, layout: str, name: str) -> sa.types.TypeEngine[object]:
    if name == "LSH":
        return sa.String(32) if layout == "V2" else sa.BigInteger()
    if base == "SPSXJBXXB" and name in _TEXT_IN_MATTERS:
        return sa.Text()
    if name in _INTEGERS.split():
        return sa.Integer()
    if name in _DECIMALS.split():
        return sa.Numeric(18, 2, asdecimal=False)
    if name in _MOMENTS.split():
        return sa.DateTime()
    return sa.Date() if name in _DAYS.split() else sa.Text()
