"""A draft for the findings to look at, made of columns of text and written as a draft is."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from backend.steps.canonical import canonical
from backend.steps.columns import Column, Role
from backend.steps.duck import open_duck, parquet_table
from backend.steps.normalise import cell
from backend.steps.outline import Outline
from backend.steps.recipe import Fix

HEADER_LINES = 2  # row 0 stands in line 2
Cells = Sequence[object]


@contextmanager
def outlined(
    folder: Path, columns: Mapping[str, tuple[Role, Cells]], fixes: Sequence[Fix] = ()
) -> Iterator[Outline]:
    """Open a text table: {header: (role, values)}, None is an empty cell."""
    texts = [[None if v is None else str(v) for v in values] for _, values in columns.values()]
    table = pa.table({cell(place): pa.array(text, pa.string()) for place, text in enumerate(texts)})
    pq.write_table(table, folder / "text.parquet")
    understood = tuple(
        Column(name, role, "", text.count(None) / max(len(text), 1), len(set(text) - {None}))
        for (name, (role, _)), text in zip(columns.items(), texts, strict=True)
    )
    with open_duck(folder) as connection:
        rows = parquet_table(connection, folder / "text.parquet")
        typed = canonical(rows, understood, fixes)
        yield Outline(rows, understood, typed, lambda row: row + HEADER_LINES)
