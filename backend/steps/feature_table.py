"""Features of all rows of a dataset, or of a few typed by hand, from the same past."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from backend.steps import shelves
from backend.steps.archive import Archive
from backend.steps.features import COUNTERPARTY, ENTITY, Plan
from backend.steps.past import Measured, alone, keys, measure, needed, risk

ROWS_ASKED = 1_000_000  # of one key at once, where a key has more

Places = NDArray[np.int64]
Laid = dict[str, tuple[str, ...]]  # key -> features that were laid down for it


def unheard(_share: float) -> None:
    """Report progress to nobody."""


def build(
    plan: Plan,
    rows: Path,
    past: Path,
    target: Path,
    scratch: Path,
    heard: Callable[[float], None] = unheard,
) -> None:
    """Write the features of every row of the Parquet `rows` to the Parquet `target`.

    Written: `_row` int64, then one float32 column per feature of the plan, under its name, NaN
    where unknown; rows in the order of `rows`. `past` is the folder that `shelves.fill` filled
    from the same rows and plan. Memory stays bounded: features are computed key after key, laid
    down in the existing folder `scratch` and put back in order one row group after another.
    `heard` is called with the share of the work that is done, 0 to 1.
    """
    with pq.ParquetFile(rows) as file:
        groups = [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)]
        edges = np.concatenate([[0], np.cumsum(groups)]).astype(np.int64)
        laid: Laid = {}
        for key in keys(plan):
            laid[key] = _lay_down(plan, key, past, edges, scratch)
            heard(len(laid) / (len(keys(plan)) + 1))
        own = {name: pa.float32() for name in plan.words}
        schema = pa.schema({"_row": pa.int64(), **own})
        ends = (*(plan.place or ()), *(plan.home or ()))
        with pq.ParquetWriter(target, schema, compression="zstd", use_dictionary=False) as writer:
            for group in range(len(groups)):
                frame = file.read_row_group(group, columns=["_row", *ends]).to_pandas()
                found = _picked_up(plan, group, laid, edges, scratch)
                found |= {name: _as_stored(values) for name, values in alone(plan, frame).items()}
                columns = [frame["_row"].to_numpy(), *(found[name] for name in own)]
                writer.write_table(pa.table(columns, schema=schema))


def of_transactions(plan: Plan, frame: pd.DataFrame, past: Archive) -> pd.DataFrame:
    """Return the features of a few transactions (n, features), float32, as `build` writes them.

    `frame` has the dataset's columns, as far as they are known. The transactions do not see
    each other. Empty in, empty out.
    """
    place = {name: at for at, name in enumerate(plan.words)}
    values = np.full((len(frame), len(place)), np.nan, dtype=np.float32)
    for at, row in enumerate(_records(plan, frame)):
        for key in keys(plan):
            if row["_time"] is not None and row[key] is not None:
                for name, value in _one(plan, key, row, past).items():
                    values[at, place[name]] = value[0]
    ends = frame.reindex(columns=[*(plan.place or ()), *(plan.home or ())])
    for name, found in alone(plan, ends).items():
        values[:, place[name]] = _as_stored(found)
    return pd.DataFrame(values, frame.index, list(place))


def _records(plan: Plan, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as what `past.measure` needs of them; None where nothing is known, as labels."""
    names = {name for key in keys(plan) for name in needed(plan, key)}
    unknown = dict.fromkeys(names)
    known = {name: frame[name].tolist() for name in names & set(frame) - {"_label"}}
    return [
        unknown
        | {name: None if pd.isna(values[at]) else values[at] for name, values in known.items()}
        for at in range(len(frame))
    ]


def _one(plan: Plan, key: str, row: dict[str, Any], past: Archive) -> Measured:
    if key not in (ENTITY, COUNTERPARTY):
        return risk(plan, key, past.known(key, row[key], row["_time"] - plan.delay))
    events = past.behind(plan, key, row)
    return measure(plan, key, events, np.arange(len(events)) == len(events) - 1)


def _lay_down(plan: Plan, key: str, past: Path, edges: Places, scratch: Path) -> tuple[str, ...]:
    """Compute a key's features and append them, row by row, to a file per row group.

    Returns the names of the features, in the order of a row's values.
    """
    names: tuple[str, ...] = ()
    for block in shelves.blocks(plan, key, past):
        place = block[shelves.AT].to_numpy()
        for start in range(0, len(block), ROWS_ASKED):
            asked = np.zeros(len(block), dtype=bool)
            asked[start : start + ROWS_ASKED] = True
            found = measure(plan, key, block, asked)
            names = tuple(found)
            _append(found, place[asked], edges, lambda group: _heap(plan, key, group, scratch))
    return names


def _append(found: Measured, place: Places, edges: Places, heap: Callable[[int], Path]) -> None:
    """Append rows (m,) at their places in the dataset to the files of their row groups."""
    order = np.argsort(place)
    records = np.empty(len(place), dtype=_record(tuple(found)))
    records["at"] = place[order]
    for column, values in enumerate(found.values()):
        records["values"][:, column] = values[order]
    for group, (start, end) in enumerate(pairwise(np.searchsorted(records["at"], edges))):
        if end > start:
            with heap(group).open("ab") as file:
                records[start:end].tofile(file)


def _picked_up(
    plan: Plan, group: int, laid: Laid, edges: Places, scratch: Path
) -> dict[str, NDArray[np.float32]]:
    """Return the features of one row group, in the order of its rows."""
    rows = int(edges[group + 1] - edges[group])
    found = {name: np.full(rows, np.nan, dtype=np.float32) for name in plan.words}
    for key, names in laid.items():
        heap = _heap(plan, key, group, scratch)
        if not heap.exists():
            continue
        records = np.fromfile(heap, dtype=_record(names))
        heap.unlink()
        for column, name in enumerate(names):
            found[name][records["at"] - edges[group]] = records["values"][:, column]
    return found


def _record(names: tuple[str, ...]) -> np.dtype[np.void]:
    return np.dtype([("at", np.int64), ("values", np.float32, (len(names),))])


def _heap(plan: Plan, key: str, group: int, scratch: Path) -> Path:
    return scratch / f"laid-{keys(plan).index(key)}-{group}.bin"


def _as_stored(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)
