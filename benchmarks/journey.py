"""From a file to scored test rows: the Quick check of each family on each dataset at hand.

Real datasets are used where they lie beside the repository, and simulated ones everywhere.
"""

import gzip
import shutil
import time
from pathlib import Path
from typing import Any

from backend import datasets, drafts, imports, offers, runs, simulator
from benchmarks import report
from benchmarks.house import temporary_house
from settings import ROOT
from workers.announce import offered
from workers.device import describe
from workers.tasks import work

REAL = ROOT.parent / "shared" / "data"
NAMES = ("sparkov_dev.csv", "ulb_492fraud_2773legit.csv", "simulated.csv")
FAMILIES = ("logistic", "bert")
PRESET = "Quick check"


def main() -> None:
    """Write the table of dataset, family, seconds from launch to scores, and test figures."""
    rows: list[dict[str, Any]] = []
    for name in NAMES:
        with temporary_house() as folder:
            path = _file(name, folder)
            if path is None:
                print(f"{name} is not beside the repository; left out", flush=True)
                continue
            dataset, seconds = _import(path)
            rows += [_run(dataset, family, seconds) for family in FAMILIES]
    note = (
        f"Preset {PRESET}. Import is upload to typed Parquet; run is launch to the last stored "
        "score of validation and test. One seed: differences of a few hundredths in AP are noise."
    )
    report.write("journey", "From a file to scored transactions", rows, note)


def _file(name: str, folder: Path) -> Path | None:
    path = folder / name
    packed = REAL / f"{name}.gz"
    if name == "simulated.csv":
        simulator.write_csv(path, imports.SAMPLE_ROWS, imports.SAMPLE_SEED)
    elif packed.is_file():
        with gzip.open(packed) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
    else:
        return None
    return path


def _import(path: Path) -> tuple[datasets.Dataset, float]:
    began = time.monotonic()
    with path.open("rb") as file:
        draft = imports.receive(file, path.name)
    dataset = drafts.accept(draft.id)
    return dataset, time.monotonic() - began


def _run(dataset: datasets.Dataset, family: str, import_seconds: float) -> dict[str, Any]:
    offers.publish("bench", describe(), offered())
    run_id = runs.launch(dataset.id, family, PRESET, None, f"{dataset.id}-{family}")
    began = time.monotonic()
    work(run_id)
    seconds = time.monotonic() - began
    run = runs.get(run_id)
    test = run.metrics["test"]
    return {
        "dataset": dataset.name,
        "rows": dataset.rows,
        "family": family,
        "import s": import_seconds,
        "run s": seconds,
        "of it": ", ".join(f"{stage.name} {stage.seconds:.0f} s" for stage in run.stages),
        "rows trained": run.metrics["rows_trained"],
        "rows scored": run.scored_rows,
        "test frauds": test["frauds"],
        "test AP": test["ap"],
        "lift": test["lift"],
        "AUROC": test["auroc"],
    }
