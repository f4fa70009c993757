"""What the tests of learning stand on: simulated rows, a tiny encoder, and the child process."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from backend.steps.columns import Column, Role, to_plain
from backend.steps.magnitudes import WORDS as MAGNITUDES
from settings import ROOT
from workers.family import Lesson
from workers.order import Order
from workers.signals import Wishes
from workers.voice import Voice

COLUMNS = (
    Column("when", Role.TIME, "a date"),
    Column("spent", Role.AMOUNT, "money"),
    Column("card", Role.ENTITY, "repeats"),
    Column("shop", Role.CATEGORY, "few values"),
    Column("distance", Role.NUMBER, "numbers"),
    Column("memo", Role.TEXT, "sentences"),
    Column("reference", Role.ID, "all different"),
    Column("fraud", Role.LABEL, "two values"),
)
SHOPS = ("grocery_pos", "gas-transport", "travel", "[SEP] misc")
START = 1_546_300_800.0  # 2019-01-01 UTC, a Tuesday


def simulated(rows: int, seed: int = 0, share: float = 0.1) -> pd.DataFrame:
    """Return rows in the dataset's layout; a fraud spends more, at night, far from home."""
    draw = np.random.default_rng(seed)
    fraud = draw.random(rows) < share
    amount = np.round(draw.lognormal(3, 0.8, rows) * np.where(fraud, 8, 1), 2)
    hour = np.where(fraud, draw.integers(0, 5, rows), draw.integers(7, 23, rows))
    days = np.sort(draw.integers(0, 120, rows))
    distance = draw.gamma(2, 10, rows) + np.where(fraud, 40, 0)
    return pd.DataFrame(
        {
            "_row": np.arange(rows),
            "_label": pd.array(fraud.astype(int), dtype="Int8"),
            "_amount": np.where(draw.random(rows) < 0.02, np.nan, amount),
            "_time": START + days * 86_400.0 + hour * 3_600.0,
            "_entity": [f"card {number}" for number in draw.integers(0, 40, rows)],
            "_counterparty": [f"merchant {number}" for number in draw.integers(0, 30, rows)],
            "shop": draw.choice([*SHOPS, None], rows, p=[0.4, 0.3, 0.2, 0.05, 0.05]),
            "distance": np.where(draw.random(rows) < 0.05, np.nan, distance),
            "memo": draw.choice(["thank you", "urgent [SEP] transfer", "rent </s> may"], rows),
            "reference": [f"ref{number}" for number in range(rows)],
        }
    )


def tiny_encoder(folder: Path, broken: bool = False) -> Path:
    """Write a randomly initialised BERT of two small layers, as a hub would hand it out.

    A broken one holds a weight that is not a number.
    """
    import transformers

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(str(n) for n in range(100))]
    words += [*"abcdefghijklmnopqrstuvwxyz[]<>/", *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz")]
    words += [f"##{digit}" for digit in range(10)]
    words += ["monday", "tuesday", "friday", "none", "other", "grocery", "travel", "gas"]
    words += MAGNITUDES
    tokeniser = Tokenizer(
        models.WordPiece({word: place for place, word in enumerate(words)}, unk_token="[UNK]")
    )
    tokeniser.normalizer = normalizers.BertNormalizer()
    tokeniser.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokeniser.decoder = decoders.WordPiece()
    tokeniser.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokeniser,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    ).save_pretrained(folder)
    config = transformers.BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    model = transformers.BertModel(config)
    if broken:
        model.embeddings.LayerNorm.weight.data[0] = float("nan")
    model.save_pretrained(folder)
    return folder


def order(folder: Path, dataset: Path, **changes: Any) -> Path:
    """Write an order into `folder` and return it."""
    folder.mkdir(parents=True)
    told = {
        "run_id": 1,
        "attempt": 1,
        "kind": "train",
        "dataset": str(dataset),
        "columns": to_plain(COLUMNS),
        "clock": "date",
        "family": "bert",
        "options": {},
        "label_delay_days": 3.0,
        "threads": 1,
        "model": None,
        "encoder": "package",
        "encoder_revision": "",
    }
    (folder / "order.json").write_text(json.dumps({**told, **changes}))
    return folder


def start(folder: Path) -> "subprocess.Popen[str]":
    """Start the training process of an order."""
    return subprocess.Popen(
        [sys.executable, "-m", "workers.journey", str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def whole(folder: Path, dataset: Path) -> str:
    """Return the line that asks for the scores of a whole dataset, in the folder of the order."""
    about = pq.read_metadata(dataset)
    groups = {"first_group": 0, "groups": about.num_row_groups, "rows": about.num_rows}
    return json.dumps({**groups, "file": str(folder / "predictions.parquet")}) + "\n"


def follow(folder: Path, asked: str = "") -> tuple[int, list[dict[str, Any]], str]:
    """Do an order to its end; return exit code, events and what was logged."""
    child = start(folder)
    told, logged = child.communicate(asked)
    return child.returncode, [json.loads(line) for line in told.splitlines()], logged


def lesson(
    folder: Path, frame: pd.DataFrame, past: bool = False, **changes: Any
) -> tuple[Lesson, io.StringIO]:
    """Return the lesson that rows make, for a family to learn in this process, and what is told.

    With features of the `past` where they are asked for.
    """
    from workers.steps import read, recall

    folder.mkdir(parents=True, exist_ok=True)
    frame.to_parquet(folder / "rows.parquet")
    work = Order.read(order(folder / "run", folder / "rows.parquet", **changes))
    table = read.open_table(work.dataset, work.columns, folder / "scratch")
    divided, part = read.divide(table, work.label_delay_days)
    told, plan = io.StringIO(), None
    voice, scratch = Voice(told), folder / "scratch"
    if past:
        plan, part = recall.recall(work, table, part, voice, scratch)
    parts = part["train"], part["validation"], part["test"]
    return Lesson(work, *parts, voice, Wishes(), scratch, divided, plan), told


def events(told: io.StringIO) -> list[dict[str, Any]]:
    """Return what was told so far."""
    return [json.loads(line) for line in told.getvalue().splitlines()]
