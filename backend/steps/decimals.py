"""How the numbers of a file are written: 1234.5, 1,234.50 or 1.234,50, decided by column.

A column that holds nothing but numbers such as "1,234" could mean a thousand or a little
more than one. The other columns of the file then decide, and where they do not, the analyst.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from backend.steps.duck import Table, literal
from backend.steps.recipe import Fix, Kind
from backend.steps.values import Style, comma_evidence, filled, number, point_evidence, words

COMMA, POINT = "comma", "point"
CHOICES = {COMMA: Style.COMMA, POINT: Style.POINT}
LONE_COMMA = r"^\D*[1-9]\d{0,2},\d{3}\D*$"  # 1,234: a thousand, or one and a bit
LONE_POINT = r"^\D*[1-9]\d{0,2}\.\d{3}\D*$"


@dataclass(frozen=True)
class Decimals:
    """How each column is written. `open` are the headers that can be read in two ways."""

    styles: dict[str, Style] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    suggested: str = POINT  # the likelier way to read the open ones


@dataclass(frozen=True)
class _Evidence:
    comma: bool  # some value can only have a decimal comma
    point: bool
    lone_comma: bool  # some value reads both ways
    lone_point: bool  # so does a value with a point

    @property
    def is_open(self) -> bool:
        return not (self.comma or self.point) and self.lone_comma != self.lone_point


def read_decimals(
    table: Table, cells: Mapping[str, str], amounts: Sequence[str], fixes: Sequence[Fix] = ()
) -> Decimals:
    """Decide how the numbers of these columns, {header: SQL name}, are written.

    Plain where every value reads as it stands; else a decimal comma where some value can
    only have one and none can only have a decimal point. An amount with points before three
    digits only is not plain: such a point may stand between thousands.
    """
    if not cells:
        return Decimals()
    plain = _plain(table, cells, amounts)
    looked = {name: _look(table, c) for name, c in cells.items() if name not in plain}
    styles = dict.fromkeys(plain, Style.PLAIN)
    styles |= {name: _decided(found) for name, found in looked.items()}
    unsure = [name for name, found in looked.items() if found.is_open]
    said = {fix.column: CHOICES[fix.value] for fix in fixes if fix.kind is Kind.DECIMALS}
    if unsure:
        others = [_look(table, cells[name]) for name in plain] + list(looked.values())
        commas = any(found.comma and not found.point for found in others)
        points = any(found.point and not found.comma for found in others)
        if commas != points:
            styles |= dict.fromkeys(unsure, Style.COMMA if commas else Style.POINT)
            unsure = []
    styles |= {name: said.get(name, said.get("", style)) for name, style in styles.items()
               if name in said or name in unsure}  # fmt: skip
    still = tuple(name for name in unsure if not {name, ""} & said.keys())
    return Decimals(styles, still, COMMA if any(looked[n].lone_point for n in still) else POINT)


def _plain(table: Table, cells: Mapping[str, str], amounts: Sequence[str]) -> list[str]:
    """Return the headers of columns that read as they stand, and only so."""
    counts = [f"count({filled(c)}), count({number(words(c), Style.PLAIN)})" for c in cells.values()]
    lone = [f"bool_or(regexp_matches({cells[n]}, {literal(LONE_POINT)}))" for n in amounts]
    found = table.row(", ".join(counts + lone))
    open_amounts = {n for n, has in zip(amounts, found[2 * len(cells) :], strict=True) if has}
    return [
        name
        for place, name in enumerate(cells)
        if found[2 * place] == found[2 * place + 1] and name not in open_amounts
    ]


def _look(table: Table, c: str) -> _Evidence:
    patterns = (LONE_COMMA, LONE_POINT)
    alone = [f"bool_or(regexp_matches({c}, {literal(pattern)}))" for pattern in patterns]
    evidence = [f"bool_or({comma_evidence(words(c))})", f"bool_or({point_evidence(words(c))})"]
    return _Evidence(*(bool(found) for found in table.row(", ".join(evidence + alone))))


def _decided(found: _Evidence) -> Style:
    return Style.COMMA if found.comma and not found.point else Style.POINT
