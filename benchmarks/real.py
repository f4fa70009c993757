"""The real datasets beside the repository, brought in as by an analyst, split by their README."""

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets as arrow
import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

from backend import datasets, drafts, imports
from settings import ROOT, settings
from workers.device import threads
from workers.order import Order
from workers.steps.read import Part

REAL = ROOT.parent / "shared" / "data"

Parts = dict[str, Part]


@dataclass(frozen=True)
class Real:
    """One dataset of the README: its rule of split, what is known, and what is wanted."""

    file: str
    rule: str  # T by time, S stratified at random
    known: float | None = None
    wanted: float | None = None

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.file.removesuffix(".csv")

    @property
    def is_there(self) -> bool:
        """True when the file lies beside the repository."""
        return (REAL / f"{self.file}.gz").is_file()


REALS = (
    Real("sparkov_dev.csv", "T", 0.865, 0.80),
    Real("ulb_492fraud_2773legit.csv", "T", 0.934, 0.884),
    Real("sms_phishing.csv", "S", 0.950, 0.92),
    Real("uci_default_15000.csv", "S", 0.580, 0.535),
    Real("sms_phishing_shifted_as_found.csv", "S"),  # texts beside labels of other texts
    Real("tabformer_user0.csv", "T"),
)


def bring(real: Real, house: Path) -> Order:
    """Import a dataset into the house and return an order to train on it in the house's folder."""
    path = house / real.file
    with gzip.open(REAL / f"{real.file}.gz") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    with path.open("rb") as file:
        draft = imports.receive(file, real.file)
    asked = drafts.question(draft.id)
    if asked is not None:  # which labels mean fraud: the first answer is "smishing"
        drafts.fix(draft.id, asked.options[0].fixes)
    dataset = drafts.accept(draft.id)
    return Order(
        run_id=0,
        attempt=1,
        kind="train",
        folder=house,
        dataset=datasets.parquet_path(dataset.id),
        columns=dataset.columns,
        clock=dataset.clock,
        family="",
        options={},
        label_delay_days=settings.label_delay_days,
        threads=threads(),
        model=None,
        encoder=settings.encoder,
        encoder_revision=settings.encoder_revision,
    )


def by_rule(real: Real, table: arrow.Dataset) -> Parts:
    """Return the parts of the table by the rule of the README, texts without exact copies."""
    own = table.select_columns(["_label", "_time"]).with_format("pandas")[:]
    label = own["_label"].to_numpy(dtype=np.float64, na_value=np.nan)
    if real.rule == "T":
        order = np.argsort(own["_time"].to_numpy(dtype=np.float64), kind="stable")
        cuts = [int(0.7 * len(order)), int(0.85 * len(order))]
        train, validation, test = np.split(order, cuts)
    else:
        train, rest = _halved(_without_copies(table), label, 0.3)
        validation, test = _halved(rest, label, 0.5)
    named = {"train": train, "validation": validation, "test": test}
    return {name: Part(table, np.sort(rows), label[np.sort(rows)]) for name, rows in named.items()}


def _halved(rows: NDArray[np.int64], label: NDArray[np.float64], share: float) -> list[Any]:
    halves: list[Any] = train_test_split(
        rows, test_size=share, random_state=0, stratify=label[rows]
    )
    return halves


def _without_copies(table: arrow.Dataset) -> NDArray[np.int64]:
    if "TEXT" not in table.column_names:
        return np.arange(table.num_rows)
    texts = table.select_columns(["TEXT"]).with_format("pandas")[:]["TEXT"]
    return np.flatnonzero(~texts.duplicated().to_numpy())
