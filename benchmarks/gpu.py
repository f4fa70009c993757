"""What only a graphics card can show: python -m benchmarks gpu, on a machine with one.

Two families learn on it, one goes on from a checkpoint, one is halved after the card was full,
and one learns as a crew of one over NCCL. On simulated transactions; without a card it says so.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import torch
import transformers
from safetensors.torch import load_file
from tokenizers import Tokenizer, models, pre_tokenizers

import workers.models
from backend import plugins, simulator
from backend.scorer import open_scorer
from backend.steps import metrics
from backend.steps.columns import Column, Role, to_plain
from benchmarks import report
from settings import ROOT
from workers.endings import exit_code
from workers.family import Lesson
from workers.order import Order
from workers.signals import Wishes
from workers.steps import package, read
from workers.steps.checkpoint import Keeper
from workers.steps.epochs import Labelled
from workers.voice import GPU_FULL, LEFT, Voice

ROWS, SEED = 30_000, 11
AT = 150  # the step at which a run is left, or the card is full
WITHIN = 1e-6  # of the largest weight, that weights may differ after going on
COLUMNS = (
    Column("when", Role.TIME, "a date"),
    Column("amount", Role.AMOUNT, "money"),
    Column("card", Role.ENTITY, "repeats"),
    Column("merchant", Role.COUNTERPARTY, "repeats"),
    Column("category", Role.CATEGORY, "few values"),
    Column("channel", Role.CATEGORY, "few values"),
    Column("country", Role.CATEGORY, "few values"),
    Column("fraud", Role.LABEL, "two values"),
)


def main() -> None:
    """Write the table of checks, what each came to, and its seconds."""
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # the same sums each time
    if not torch.cuda.is_available():
        print("There is no graphics card here; nothing was measured.")
        return
    torch.use_deterministic_algorithms(mode=True, warn_only=True)
    with tempfile.TemporaryDirectory(prefix="ts-gpu-") as folder:
        rows = checks(Path(folder))
    note = (
        f"{ROWS:,} simulated transactions, torch {torch.__version__}, CUDA {torch.version.cuda}. "
        "Weights are compared in deterministic mode, by the largest difference over the largest "
        f"weight; it may be {WITHIN:g}."
    )
    report.write("gpu", "On a graphics card", rows, note)


def checks(folder: Path) -> list[dict[str, Any]]:
    """Do every check in a folder, tell each as it ends, and return the rows of the table."""
    shop = Workshop(folder, prepared(folder))
    told = []
    for check in (balanced, text, straight_and_resumed, card_was_full, over_nccl):
        began = time.monotonic()
        row = {"check": _words(check), "came to": check(shop)}
        told.append({**row, "seconds": round(time.monotonic() - began, 1)})
        print(*told[-1].values(), sep=" | ", flush=True)
    return told


@dataclass(frozen=True)
class Workshop:
    """A folder, and the order for its transactions."""

    folder: Path
    work: Order

    def lesson(self, name: str, **changes: Any) -> Lesson:
        """Return a lesson whose order has a folder of that name and these changes."""
        work = replace(self.work, folder=self.folder / name, **changes)
        work.folder.mkdir(exist_ok=True)
        scratch = work.folder / "scratch"
        table = read.open_table(work.dataset, work.columns, scratch)
        divided, part = read.divide(table, work.label_delay_days)
        parts = part["train"], part["validation"], part["test"]
        return Lesson(work, *parts, Voice(io.StringIO()), Wishes(), scratch, divided)

    def train(self, lesson: Lesson, family: str, options: dict[str, Any]) -> float | None:
        """Train and score the test part; return its average precision."""
        chosen = plugins.collect(workers.models, "FAMILY")[family]
        learned = chosen.train(lesson, chosen.options.model_validate(options))
        learned.reader.write(lesson.order.folder)
        frame = lesson.test.frame()
        score = open_scorer(lesson.order.folder, lesson.order.threads).score(frame)
        return metrics.judge(frame["_label"].to_numpy(), score).ap

    def broken_off(self, lesson: Lesson, by: type[BaseException]) -> BaseException:
        """Train until something breaks it off, and return that."""
        try:
            self.train(lesson, "transaction", _quick())
        except by as what:
            return what
        raise AssertionError(f"nothing broke {lesson.order.folder.name} off")

    def weights(self, name: str) -> dict[str, torch.Tensor]:
        """Return the weights that the run of that name left."""
        return load_file(self.folder / name / "model" / "model.safetensors")


def prepared(folder: Path) -> Order:
    """Write simulated transactions in the layout of a dataset; return an order to learn from."""
    frame = simulator.simulate(ROWS, SEED)
    seconds = pd.to_datetime(frame["booked_at"]).astype("datetime64[s]").astype("int64")
    told = pd.DataFrame(
        {
            "_row": range(len(frame)),
            "_label": frame["is_fraud"].astype("Int8"),
            "_amount": frame["amount"].astype(float),
            "_time": seconds.astype(float),
            "_entity": frame["card_number"].astype(str),
            "_counterparty": frame["merchant"].astype(str),
            **{name: frame[name].astype(str) for name in ("category", "channel", "country")},
        }
    )
    told.to_parquet(folder / "rows.parquet")
    threads = len(os.sched_getaffinity(0))
    fixed = {"clock": "date", "family": "", "options": {}, "label_delay_days": 3.0}
    return Order(
        1, 1, "train", folder, folder / "rows.parquet", COLUMNS, **fixed,
        threads=threads, model=None, encoder=_encoder(folder), encoder_revision="",
    )  # fmt: skip


def balanced(shop: Workshop) -> str:
    """The transaction transformer, Balanced."""
    return _learn(shop, "transaction", "Balanced", {})


def text(shop: Workshop) -> str:
    """BERT, Quick check."""
    return _learn(shop, "bert", "Quick check", {"layers": 3})


def straight_and_resumed(shop: Workshop) -> str:
    """A run that was left and gone on from, against one that was not."""
    shop.train(shop.lesson("straight"), "transaction", _quick())
    first = shop.lesson("left")
    _at_step(first, lambda: setattr(first.wishes, "leave", True))
    left = shop.broken_off(first, SystemExit)
    assert left.args == (LEFT,), f"it left with {left}"
    resumed = shop.lesson("resumed", resume=_kept(first))
    shop.train(resumed, "transaction", _quick())
    return _compared(shop, "resumed", "straight", WITHIN)


def card_was_full(shop: Workshop) -> str:
    """The card is full at one step; half as much at once, and the same batch."""
    first = shop.lesson("full")
    _at_step(first, lambda: torch.empty(1 << 50, device="cuda"))
    full = shop.broken_off(first, torch.OutOfMemoryError)
    assert exit_code(full) == GPU_FULL, "the process would not say that the card was full"
    sizes: list[int] = []
    halved = shop.lesson("halved", resume=_kept(first), halvings=1)
    with _Heard(sizes):
        ap = shop.train(halved, "transaction", _quick())
    return f"went on with at most {max(sizes)} rows at once; test AP {_said(ap)}"


def over_nccl(shop: Workshop) -> str:
    """A crew of one under torchrun, gradients over NCCL."""
    folder = shop.folder / "nccl"
    folder.mkdir()
    plain = {name: str(each) if isinstance(each, Path) else each for name, each in _told(shop)}
    family = {"family": "transaction", "options": _quick(), "devices": 2}
    (folder / "order.json").write_text(json.dumps({**plain, **family}))
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "1"]
    line = [sys.executable, *torchrun, "-m", "workers.journey", str(folder)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stderr[-3_000:]
    ap = json.loads((folder / "metrics.json").read_text())["test"]["ap"]
    return f"test AP {_said(ap)}"


def _told(shop: Workshop) -> list[tuple[str, Any]]:
    left_out = ("folder", "columns", "resume", "rank")
    kept = [(name, each) for name, each in vars(shop.work).items() if name not in left_out]
    return [*kept, ("columns", to_plain(COLUMNS))]


def _learn(shop: Workshop, family: str, preset: str, more: dict[str, Any]) -> str:
    torch.cuda.reset_peak_memory_stats()
    options = plugins.collect(workers.models, "FAMILY")[family].presets[preset].options
    ap = shop.train(shop.lesson(family), family, {**options, **more})
    most = torch.cuda.max_memory_allocated() / 1024**2
    return f"test AP {_said(ap)}, at most {most:,.0f} MiB on the card"


def _quick() -> dict[str, Any]:
    families = plugins.collect(workers.models, "FAMILY")
    return {**families["transaction"].presets["Quick check"].options, "learning_rate": 1e-3}


def _at_step(lesson: Lesson, do: Callable[[], Any]) -> None:
    """Have something happen when the lesson's keeper is asked about step 150."""
    keeper = Keeper(lesson.order.folder / "checkpoints", (), lesson.voice, steps=AT - 10)
    due = keeper.due

    def asked(step: int) -> bool:
        if step == AT:
            do()
        return due(step)

    keeper.due = asked  # type: ignore[method-assign]
    lesson.__dict__["keeper"] = keeper


class _Heard:
    """Hears how many rows are learned from at once."""

    def __init__(self, sizes: list[int]) -> None:
        self.sizes, self.loss = sizes, Labelled.loss

    def __enter__(self) -> None:
        def heard(task: Labelled, model: torch.nn.Module, places: Any, done: float) -> Any:
            self.sizes.append(len(places))
            return self.loss(task, model, places, done)

        Labelled.loss = heard  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        Labelled.loss = self.loss  # type: ignore[method-assign]


def _kept(lesson: Lesson) -> tuple[Path, ...]:
    return tuple(sorted((lesson.order.folder / "checkpoints").iterdir(), reverse=True))


def _compared(shop: Workshop, one: str, other: str, within: float) -> str:
    found, expected = shop.weights(one), shop.weights(other)
    largest = max(float(each.abs().max()) for each in expected.values())
    apart = max(float((found[name] - each).abs().max()) for name, each in expected.items())
    verdict = "within" if apart / largest <= within else "NOT WITHIN"
    return f"weights differ by {apart / largest:.1e}, {verdict} {within:g}"


def _encoder(folder: Path) -> str:
    """Return the packaged encoder, or a small one of chance where the package is missing."""
    if package.is_installed():
        return "package"
    place = folder / "encoder"
    letters = [*"abcdefghijklmnopqrstuvwxyz0123456789"]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    pieces = models.WordPiece({word: at for at, word in enumerate(words)}, unk_token="[UNK]")
    tokeniser = Tokenizer(pieces)
    tokeniser.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    names = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
    told = {f"{name}_token": word for name, word in names.items()}
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokeniser, **told).save_pretrained(place)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=384, num_hidden_layers=3, intermediate_size=1536
    )
    transformers.BertModel(config).save_pretrained(place)
    return str(place)


def _said(ap: float | None) -> str:
    return "unknown, with so few frauds" if ap is None else f"{ap:.3f}"


def _words(check: Callable[[Workshop], str]) -> str:
    assert check.__doc__, "a check says what it is"
    return check.__doc__.rstrip(".")
