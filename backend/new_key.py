"""Give this installation a new key and seal anew what it keeps: python -m backend.new_key.

Safe to end at any moment and to run again: the old keys still read, a file is replaced once it
is whole, and cells that carry the newest key are left as they are.
"""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq

from backend import datasets, privacy, store, uploads
from backend.dataset_view import Dataset
from backend.errors import TouchstoneError
from backend.steps.folder import text_table
from backend.steps.masking import SEALED
from backend.steps.normalise import cell
from settings import settings


class Resealer:
    """Opens cells of one table and seals them with the newest key; `count` are those it did."""

    def __init__(self, ring: privacy.Ring, table: str) -> None:
        self.ring, self.table, self.seal = ring, table, ring.sealer(table)
        self.newest = f"s{ring.version}:"
        self.count = 0

    def column(self, cells: pa.ChunkedArray, header: str, rows: Iterable[int]) -> pa.Array:
        """Return a column sealed anew; what is not sealed stays. Raises FileDamaged."""
        found = zip(cells.to_pylist(), rows, strict=True)
        return pa.array([self._cell(value, header, row) for value, row in found], cells.type)

    def _cell(self, value: str | None, header: str, row: int) -> str | None:
        if value is None or value.startswith(self.newest) or not SEALED.fullmatch(value):
            return value
        self.count += 1
        return self.seal(self.ring.unseal(value, self.table, header, row), header, row)


def turn() -> tuple[int, int]:
    """Make a new key and seal all datasets and drafts with it; return (version, cells sealed)."""
    privacy.turn_key()
    return seal_anew()


def seal_anew() -> tuple[int, int]:
    """Seal every cell that carries an older key with the newest; return (version, cells).

    Raises FileDamaged, and leaves the file as it is, where a cell does not open.
    """
    ring = privacy.Ring.open(settings.key_file)
    return ring.version, sum(_dataset(ring, dataset) for dataset in datasets.list_all())


def _dataset(ring: privacy.Ring, dataset: Dataset) -> int:
    sealed = {name for name, hidden in dataset.protected.items() if hidden.get("sealed")}
    if dataset.is_ready:
        path, named = datasets.parquet_path(dataset.id), {name: name for name in sealed}
    else:
        path = text_table(uploads.folder_of(dataset.content_hash))
        places = enumerate(column.name for column in dataset.columns)
        named = {cell(place): name for place, name in places if name in sealed}
    if not named or not path.is_file():
        return 0
    with uploads.alone(path.parent):
        sealed_cells = _file(Resealer(ring, dataset.sealed_as), path, named)
    if dataset.is_ready:
        store.publish(path, anew=True)
    return sealed_cells


def _file(resealer: Resealer, path: Path, named: Mapping[str, str]) -> int:
    """Seal the columns of one Parquet file, {its column: header}, row group by row group."""
    draft = path.with_name(f"draft-{uuid4().hex}.parquet")
    try:
        with pq.ParquetFile(path) as source:
            _copy(resealer, source, draft, named)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return resealer.count


def _copy(
    resealer: Resealer, source: pq.ParquetFile, draft: Path, named: Mapping[str, str]
) -> None:
    before = 0
    with pq.ParquetWriter(draft, source.schema_arrow, compression="zstd") as target:
        for group in range(source.num_row_groups):
            rows = source.read_row_group(group)
            whole = "_row" in rows.column_names  # rows put aside leave gaps in its numbers
            places = rows["_row"].to_pylist() if whole else range(before, before + len(rows))
            for name in named.keys() & set(rows.column_names):
                anew = resealer.column(rows[name], named[name], places)
                rows = rows.set_column(rows.column_names.index(name), rows.field(name), anew)
            target.write_table(rows)
            before += len(rows)


def main() -> int:
    """Turn the key and say what was done; a fault is told as its sentence."""
    try:
        version, cells = turn()
    except TouchstoneError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Key {version} writes from now on; {cells:,} cells were sealed anew.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
