"""The past on disk: the rows of a dataset sorted by customer, by merchant and by category.

One Parquet file for each key of a plan, in a folder of its own, read key after key. They are
needed as long as features are computed; `archive` keeps what one transaction asks for later.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from backend.steps.duck import literal, open_duck, parquet_table, quoted
from backend.steps.features import Plan
from backend.steps.past import keys, needed

AT = "_at"  # where a row stands in the dataset's file, from 0
FORMAT = "FORMAT parquet, COMPRESSION zstd"
ROWS_AT_ONCE = 500_000


def fill(plan: Plan, rows: Path, folder: Path, scratch: Path) -> None:
    """Sort the dataset's Parquet `rows` into `folder`, one file per key of the plan.

    Sorted out of core: what does not fit in memory spills to `scratch`. Rows without a time or
    without the key have no past by it and are left out. Existing files are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open_duck(scratch) as duck:
        source = parquet_table(duck, rows).source
        for key in keys(plan):
            names = ", ".join([*map(quoted, needed(plan, key)), f"file_row_number AS {AT}"])
            known = f"{quoted(key)} IS NOT NULL AND isfinite(_time)"
            order = f"{quoted(key)}, _time"
            rows_of = ("SELECT", names, "FROM", source, "WHERE", known, "ORDER BY", order)
            target = literal(str(_file(plan, key, folder)))
            duck.execute(f"COPY ({' '.join(rows_of)}) TO {target} ({FORMAT})")


def blocks(plan: Plan, key: str, folder: Path) -> Iterator[pd.DataFrame]:
    """Yield all rows of one key's file, about 500,000 at a time, never parting equal keys.

    Columns: those of `past.needed` and `_at`, words as categories. Nothing for a file without
    rows. The rows of one value must fit in memory.
    """
    path = _file(plan, key, folder)
    waiting: list[pa.Table] = []
    with pq.ParquetFile(path, read_dictionary=_words(plan, key)) as file:
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
            waiting.append(pa.Table.from_batches([batch]))
            held = pa.concat_tables(waiting)
            codes = held[key].unify_dictionaries().combine_chunks().indices.to_numpy()
            begins = int(np.argmax(codes == codes[-1]))  # where the last value begins
            if begins > 0:
                yield held.slice(0, begins).to_pandas()
                waiting = [held.slice(begins)]
    if waiting:
        yield pa.concat_tables(waiting).to_pandas()


def _words(plan: Plan, key: str) -> list[str]:
    numbers = ("_time", "_amount", "_label", *(plan.place or ()))
    return [name for name in needed(plan, key) if name not in numbers]


def _file(plan: Plan, key: str, folder: Path) -> Path:
    """Return a key's file: numbered, since a header may not be a file's name."""
    return folder / f"past-{keys(plan).index(key)}.parquet"
