"""Finds the exchange tables in a database and selects from them only what is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.engine.reflection import Inspector

from bot.services.platform_port import PlatformUnreadable
from connectors.platforms.spgl_layout import (
    MARK_TABLES,
    TABLES,
    TableSpec,
    split_name,
    version_of,
)

Row = dict[str, Any]

# Databases limit the number of bound values in one statement; 500 fits all of them.
CHUNK = 500

_VALID = ("1", "1.0", "true")
_FAILED_UPLOAD = ("2", "2.0", "-1", "-1.0")
_BASES = {spec.base for specs in TABLES.values() for spec in specs} | MARK_TABLES


@dataclass(frozen=True)
class Naming:
    """Where the tables are and how their names are decorated; None means: find out.

    `case` (upper, lower, mixed) chooses between names that differ in nothing else. `names` maps
    the standard's name without SPGL_ to a name that has nothing in common with it.
    """

    schema: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    case: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FoundTable:
    """A table as its database spells it; `columns` maps upper-case names to real ones."""

    name: str
    schema: str | None
    columns: dict[str, str]

    @cached_property
    def clause(self) -> sa.sql.expression.TableClause:
        columns = [sa.column(name) for name in self.columns.values()]
        return sa.table(self.name, *columns, schema=self.schema)


@dataclass(frozen=True)
class Layout:
    """The exchange tables of one database."""

    version: str
    schema: str | None
    found: dict[str, FoundTable]

    @property
    def specs(self) -> tuple[TableSpec, ...]:
        return TABLES[self.version]

    def spec(self, base: str) -> TableSpec:
        return next(spec for spec in self.specs if spec.base == base)

    def has(self, base: str, *columns: str) -> bool:
        """Whether the table is there with its needed columns and these."""
        table = self.found.get(base)
        return table is not None and all(
            name in table.columns for name in (*self.spec(base).needed, *columns)
        )

    def require(self) -> None:
        """PlatformUnreadable, naming everything without which no case can be told."""
        lacks = [lack for spec in self.specs if spec.required for lack in self._lacks(spec)]
        if lacks:
            raise PlatformUnreadable(
                "审批系统的数据库缺少必需的内容：" + "、".join(lacks) + "。",
                "请信息中心按国家数据共享交换标准补齐。表如果在，就是这个账号没有读它的权限，"
                "或者名字不同：写在本市的配置文件里（--city）。"
                "bangban platform 地址 列出全部缺项。",
            )

    def rows(
        self, connection: Connection, base: str, column: str, values: Iterable[str]
    ) -> list[Row]:
        """The valid rows whose `column` is one of `values`; [] where the table says nothing.

        Keys are the upper-case column names of the spec; a missing column gives None.
        """
        if not self.has(base, column):
            return []
        wanted = sorted(set(values))
        found: list[Row] = []
        for start in range(0, len(wanted), CHUNK):
            condition = self.column(base, column).in_(wanted[start : start + CHUNK])
            found.extend(self.select(connection, base, condition))
        return found

    def select(self, connection: Connection, base: str, condition: Any) -> list[Row]:
        """The valid rows of a table that `has` its needed columns, under one condition."""
        spec, table = self.spec(base), self.found[base]
        present = [name for name in spec.columns if name in table.columns]
        query = (
            sa.select(*[self.column(base, name).label(name) for name in present])
            .select_from(table.clause)
            .where(condition, *self.valid(base))
        )
        empty: Row = dict.fromkeys(spec.columns)
        return [
            {**empty, **dict(zip(present, row, strict=True))} for row in connection.execute(query)
        ]

    def column(self, base: str, name: str) -> Any:
        table = self.found[base]
        return table.clause.c[table.columns[name]]

    def valid(self, base: str) -> list[Any]:
        """Conditions of a valid row. Compared as text: vendors store these codes in any type."""
        columns = self.found[base].columns
        conditions: list[Any] = []
        if "SJYXBS" in columns:
            conditions.append(_as_text(self.column(base, "SJYXBS")).in_(_VALID))
        if "SJSCZT" in columns:
            state = self.column(base, "SJSCZT")
            failed = _as_text(state).in_(_FAILED_UPLOAD)
            conditions.append(sa.or_(state.is_(None), sa.not_(failed)))
        return conditions

    def _lacks(self, spec: TableSpec) -> list[str]:
        table = self.found.get(spec.base)
        if table is None:
            return [f"表 {spec.name}（{spec.title}）"]
        return [
            f"表 {table.name} 的列 {column}"
            for column in spec.needed
            if column not in table.columns
        ]


def find_layout(connection: Connection, naming: Naming) -> Layout:
    """The exchange tables and their version. PlatformUnreadable where there are none."""
    inspector = sa.inspect(connection)
    schema, names = _schema_with_tables(inspector, naming)
    found = {base: _reflect(inspector, name, schema) for base, name in names.items()}
    columns = {base: set(table.columns) for base, table in found.items()}
    return Layout(version_of(columns), schema, found)


def _schema_with_tables(inspector: Inspector, naming: Naming) -> tuple[str | None, dict[str, str]]:
    """The schema asked for; otherwise the default one or, where it has none of the tables, the one
    other that has most. Between two that have as many nobody but the city can choose."""
    asked = naming.schema
    names = _tables_in(inspector, asked, naming)
    if names:
        return asked, names
    others = {} if asked is not None else _others(inspector, naming)
    most = max(map(_required, others.values()), default=0)
    best = [schema for schema, names in others.items() if _required(names) == most]
    if len(best) > 1:
        raise PlatformUnreadable(
            f"有几个模式（schema）都有国家数据共享交换标准的表：{'、'.join(sorted(best))}。",
            "请用 --schema 指明一个，或写在本市的配置文件里（--city）。",
        )
    if best:
        return best[0], others[best[0]]
    raise PlatformUnreadable(
        "这个数据库里没有国家数据共享交换标准的表（SPGL_…）。",
        "请检查地址是否正确；表在别的模式（schema）或名字不同时，请用 --schema、--prefix、--suffix "
        "指明，或写在本市的配置文件里（--city）。",
    )


def _others(inspector: Inspector, naming: Naming) -> dict[str, dict[str, str]]:
    """What the other schemas have. To MySQL a schema is another database, perhaps another city's
    or a copy for tests: it is never taken unasked."""
    if inspector.dialect.name in ("sqlite", "mysql", "mariadb"):
        return {}
    passed_over = {"information_schema", inspector.default_schema_name}
    schemas = [name for name in inspector.get_schema_names() if name not in passed_over]
    found = {schema: _tables_in(inspector, schema, naming) for schema in schemas}
    return {schema: names for schema, names in found.items() if names}


def _tables_in(inspector: Inspector, schema: str | None, naming: Naming) -> dict[str, str]:
    """Base name → real name of the exchange tables of one schema."""
    candidates = _candidates(inspector, schema)
    return {**_choose(candidates, naming), **_named(candidates, naming)}


def _candidates(inspector: Inspector, schema: str | None) -> list[str]:
    names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    if inspector.dialect.name != "postgresql":  # others list only what the account may read
        return names
    readable = sa.text(
        "SELECT relname FROM pg_catalog.pg_class "
        "WHERE relnamespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = :schema) "
        "AND has_any_column_privilege(oid, 'SELECT')"
    ).bindparams(schema=schema or inspector.default_schema_name)
    allowed = set(cast(Connection, inspector.bind).scalars(readable))
    return [name for name in names if name in allowed]


def _named(candidates: Iterable[str], naming: Naming) -> dict[str, str]:
    """Base name → real name, of the tables that the city calls otherwise."""
    wanted = {real.upper(): base for base, real in naming.names.items()}
    return {wanted[name.upper()]: name for name in candidates if name.upper() in wanted}


def _choose(names: Iterable[str], naming: Naming) -> dict[str, str]:
    """Base name → real name, of the one decoration (prefix, suffix) that has most of the tables.

    A vendor's mirror may hold several sets side by side; the plain names win a draw.
    """
    sets: dict[tuple[str, str], dict[str, list[str]]] = {}
    for name in names:
        prefix, base, suffix = split_name(name) or ("", "", "")
        if base in _BASES and _fits(prefix, naming.prefix) and _fits(suffix, naming.suffix):
            sets.setdefault((prefix, suffix), {}).setdefault(base, []).append(name)
    if not sets:
        return {}
    _, best = min(
        sets.items(), key=lambda item: (-_required(item[1]), len("".join(item[0])), item[0])
    )
    case = naming.case or _usual_case(best.values())
    return {base: min(same, key=lambda name: _case_of(name) != case) for base, same in best.items()}


def _usual_case(names: Iterable[Sequence[str]]) -> str:
    """How most names are written; the standard's upper case wins a draw."""
    counted = Counter(_case_of(name) for same in names for name in same)
    return max(("upper", "mixed", "lower"), key=lambda case: counted[case])


def _case_of(name: str) -> str:
    return "upper" if name.isupper() else "lower" if name.islower() else "mixed"


def _fits(found: str, wanted: str | None) -> bool:
    return wanted is None or found == wanted.upper()


def _required(names: Iterable[str]) -> int:
    return sum(spec.base in names for spec in TABLES["V2"] if spec.required)


def _reflect(inspector: Inspector, name: str, schema: str | None) -> FoundTable:
    columns = {
        str(column["name"]).upper(): column["name"]
        for column in inspector.get_columns(name, schema=schema)
    }
    return FoundTable(name, schema, columns)


def _as_text(column: Any) -> Any:
    return sa.func.lower(sa.func.trim(sa.cast(column, sa.String(32))))
