"""The past of one transaction, found by a search: what shelves hold, as memory-mapped arrays.

One folder of arrays for each key of a plan, opened once and asked in a millisecond. Of whom, with
whom and which words only hashes are kept.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps import shelves, spans
from backend.steps.events import NOBODY, Hashes, hashes
from backend.steps.features import COUNTERPARTY, ENTITY, Plan
from backend.steps.past import keys, needed
from backend.steps.profile import floats
from backend.steps.risk import Known

UNLABELLED = -1

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Shelf:
    """Events of one key (n,): those of a value side by side, each value's by time."""

    value: Hashes  # (k,) different values of the key, rising
    start: Places  # (k,) place of the first event of each value
    end: Places  # (k,) place after its last
    columns: dict[str, NDArray[Any]]  # name -> (n,) numbers, hashes of words, labels

    def before(self, word: Any, moment: float) -> slice:
        """Return where the events of a value lie that are earlier than a moment in seconds."""
        value = _hashed(word)
        at = int(np.searchsorted(self.value, value))
        if at == len(self.value) or self.value[at] != value:
            return slice(0, 0)
        start, end = int(self.start[at]), int(self.end[at])
        time = self.columns["_time"][start:end]
        return slice(start, start + int(np.searchsorted(time, moment, side="left")))


@dataclass(frozen=True)
class Archive:
    """The shelves of a plan, left on disk until they are looked at."""

    shelves: dict[str, Shelf]  # key -> its events

    @classmethod
    def open(cls, plan: Plan, folder: Path) -> "Archive":
        """Return what `write` wrote. Raises FileNotFoundError when it is not there."""
        return cls({key: _opened(plan, key, folder) for key in keys(plan)})

    def behind(self, plan: Plan, key: str, transaction: dict[str, Any]) -> pd.DataFrame:
        """Return the earlier events with the same key as a transaction, and itself as the last.

        The columns are those of `past.needed`, words as codes from 0, -1 missing. `transaction`
        holds the same, words as words, key and time never missing; None is missing.
        """
        shelf = self.shelves[key]
        some = shelf.before(transaction[key], transaction["_time"])
        found: dict[str, NDArray[Any]] = {}
        for name in needed(plan, key):
            own = transaction[name]
            if name == key:
                found[name] = np.zeros(some.stop - some.start + 1, dtype=np.int64)
            elif shelf.columns[name].dtype == np.uint64:
                found[name] = _codes(np.append(shelf.columns[name][some], _hashed(own)))
            else:
                last = np.nan if own is None else float(own)
                found[name] = np.append(_read(shelf.columns[name][some]), last)
        return pd.DataFrame(found)

    def known(self, key: str, value: Any, moment: float) -> Known:
        """Count the labels of a category that are older than a moment, and the frauds in them."""
        some = self.shelves[key].before(value, moment)
        frauds = np.count_nonzero(self.shelves[key].columns["_label"][some])
        return Known(np.array([some.stop - some.start]), np.array([frauds]))


def write(plan: Plan, sorted_rows: Path, folder: Path) -> None:
    """Write what `shelves.fill` sorted into `sorted_rows` as arrays into a folder of them."""
    for key in keys(plan):
        home = _home(plan, key, folder)
        home.mkdir(parents=True)
        values, lengths = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int64)]
        for name in _kept(plan, key):
            _file(plan, key, name, folder).touch()
        for block in shelves.blocks(plan, key, sorted_rows):
            block = block if key in (ENTITY, COUNTERPARTY) else _labelled(plan, block)
            value = hashes(block[key])
            begins = np.flatnonzero(np.append([True], value[1:] != value[:-1])[: len(value)])
            values.append(value[begins])
            lengths.append(np.diff(np.append(begins, len(value))))
            for name in _kept(plan, key):
                with _file(plan, key, name, folder).open("ab") as file:
                    _written(block[name]).tofile(file)
        value, length = np.concatenate(values), np.concatenate(lengths)
        end, order = np.cumsum(length), np.argsort(value)
        np.savez(
            home / "values.npz", value=value[order], start=(end - length)[order], end=end[order]
        )


def _labelled(plan: Plan, block: pd.DataFrame) -> pd.DataFrame:
    trusted = ~spans.within(floats(block["_time"]), plan.uncovered)
    return block[trusted & block["_label"].notna().to_numpy()]


def _kept(plan: Plan, key: str) -> tuple[str, ...]:
    return tuple(name for name in needed(plan, key) if name != key)


def _written(values: pd.Series) -> NDArray[Any]:
    if values.name == "_label":
        return values.fillna(UNLABELLED).to_numpy(dtype=np.int8)
    return floats(values) if pd.api.types.is_numeric_dtype(values) else hashes(values)


def _opened(plan: Plan, key: str, folder: Path) -> Shelf:
    numbers = ("_time", "_amount", *(plan.place or ()))
    columns: dict[str, NDArray[Any]] = {}
    for name in _kept(plan, key):
        kind = np.int8 if name == "_label" else np.float64 if name in numbers else np.uint64
        path = _file(plan, key, name, folder)
        empty = path.stat().st_size == 0  # nothing can be mapped
        columns[name] = np.zeros(0, dtype=kind) if empty else np.memmap(path, kind, mode="r")
    with np.load(_home(plan, key, folder) / "values.npz") as found:
        return Shelf(found["value"], found["start"], found["end"], columns)


def _read(values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype == np.int8:
        return np.where(values == UNLABELLED, np.nan, values)
    return np.asarray(values)


def _codes(words: Hashes) -> NDArray[np.int64]:
    code = pd.factorize(words)[0].astype(np.int64)
    return np.where(words == NOBODY, -1, code)


def _hashed(word: Any) -> np.uint64:
    """Return what `events.hashes` says of one word, without the detour for many."""
    if word is None:
        return NOBODY
    found: np.uint64 = pd.util.hash_array(np.array([str(word)], dtype=object), categorize=False)[0]
    return found


def _home(plan: Plan, key: str, folder: Path) -> Path:
    """Return a key's folder: numbered, since a header may not be a file's name."""
    return folder / f"past-{keys(plan).index(key)}"


def _file(plan: Plan, key: str, name: str, folder: Path) -> Path:
    return _home(plan, key, folder) / f"{needed(plan, key).index(name)}.bin"
