"""Card transactions that look real and are nobody's: the sample data, and load tests.

    python -m backend.simulator --rows 1000000 --out big.csv

Customers with habits, merchants with names and trades, test card numbers, and the three ways
fraud happens in the Fraud Detection Handbook (see backend/steps/habits.py); about 0.9% of
rows are fraud. Rows come by time over half a year; the number of customers grows with the
number of rows. Which scenario made a fraud is never written down.
"""

import argparse
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv

from backend.steps.habits import CHANNELS, DAYS, Transactions, live_through, plan_frauds
from backend.steps.world import COUNTRIES, TRADES, World, build_world

START = np.datetime64("2026-01-05T00:00:00")  # a Monday
ROWS_PER_CUSTOMER = 340
ROWS_AT_ONCE = 200_000
BUSY_DAYS = (1.0, 0.95, 0.95, 1.0, 1.2, 1.2, 0.7)  # Monday to Sunday


def simulate(rows: int, seed: int) -> pd.DataFrame:
    """Return simulated transactions, earliest first; the same rows and seed, the same frame.

    Columns: transaction_id, booked_at (text, UTC), card_number, amount (float), currency,
    merchant, category, channel, country (text), is_fraud (int, 1 or 0). Empty for 0 rows.
    """
    return pd.concat(list(_chunks(rows, seed)), ignore_index=True)


def write_csv(path: Path, rows: int, seed: int) -> None:
    """Write what `simulate` returns as a CSV, in pieces: memory stays bounded for any size."""
    options = pyarrow.csv.WriteOptions(quoting_style="none", quoting_header="none")
    writer = None
    for chunk in _chunks(rows, seed):
        table = pa.Table.from_pandas(chunk, preserve_index=False)
        writer = writer or pyarrow.csv.CSVWriter(path, table.schema, write_options=options)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _chunks(rows: int, seed: int) -> Iterator[pd.DataFrame]:
    rng = np.random.default_rng([seed, 0])
    world = build_world(rng, max(20, rows // ROWS_PER_CUSTOMER))
    plot = plan_frauds(rng, world)
    until = _rows_until_day(rows)
    pieces = int(np.clip(-(-rows // ROWS_AT_ONCE), 1, DAYS))
    edges = np.linspace(0, DAYS, pieces + 1).astype(int)
    for piece, (first, last) in enumerate(pairwise(edges), start=1):
        rng = np.random.default_rng([seed, piece])
        day = np.repeat(np.arange(first, last), np.diff(until[first : last + 1]))
        made = live_through(rng, world, plot, len(day), day)
        yield _frame(world, made, number=int(until[first]) + 1)


def _rows_until_day(rows: int) -> np.ndarray:
    """Return how many rows precede each day (DAYS + 1,), the last entry being all of them."""
    weight = np.cumsum(np.resize(BUSY_DAYS, DAYS))
    return np.concatenate([[0], np.round(rows * weight / weight[-1])]).astype(np.int64)


def _frame(world: World, made: Transactions, number: int) -> pd.DataFrame:
    numbers = pd.Series(np.arange(number, number + len(made.time)))
    booked = np.datetime_as_string(START + made.time.astype("timedelta64[s]"), unit="s")
    return pd.DataFrame({
        "transaction_id": "T-" + numbers.astype(str).str.zfill(8),
        "booked_at": pd.Series(booked, dtype=object).str.replace("T", " "),
        "card_number": world.card[made.customer],
        "amount": made.amount,
        "currency": "EUR",
        "merchant": world.merchant[made.merchant],
        "category": np.array(list(TRADES), dtype=object)[world.trade[made.merchant]],
        "channel": CHANNELS[made.channel],
        "country": COUNTRIES[world.country[made.merchant]],
        "is_fraud": made.fraud.astype(np.int8),
    })  # fmt: skip


def main() -> None:
    """Write simulated transactions to a file, as the command line asks."""
    ask = argparse.ArgumentParser(prog="python -m backend.simulator", description=__doc__)
    ask.add_argument("--rows", type=int, default=50_000, help="how many transactions")
    ask.add_argument("--out", type=Path, required=True, help="where the CSV goes")
    ask.add_argument("--seed", type=int, default=7, help="another seed, another world")
    asked = ask.parse_args()
    write_csv(asked.out, asked.rows, asked.seed)


if __name__ == "__main__":
    main()
