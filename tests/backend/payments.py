"""Two years of card payments as a CSV: nobody looked for fraud in some months."""

import numpy as np
import pandas as pd

SILENT = ("2018-03", "2018-04", "2019-06")  # the first has no label, the others say "No"
CARD = "4111 1111 1111 1111"


def payments(rows: int = 24_000, seed: int = 0) -> str:
    """Return the CSV. Frauds are large, at night, and frequent at "Merchant 7"."""
    draw = np.random.default_rng(seed)
    second = np.sort(draw.integers(1_514_764_800, 1_577_836_800, rows))
    when = pd.to_datetime(second, unit="s")
    month = when.strftime("%Y-%m")
    merchant = draw.integers(0, 60, rows)
    chance = np.where(merchant == 7, 0.3, 0.01) * np.where(when.hour < 4, 4, 1)
    fraud = (draw.random(rows) < chance) & ~month.isin(SILENT)
    amount = np.round(draw.lognormal(3, 1, rows) * np.where(fraud, 5, 1), 2)
    refund = draw.random(rows) < 0.02
    frame = pd.DataFrame(
        {
            "id": [f"T-{number:06d}" for number in range(rows)],
            "booked_at": when.strftime("%Y-%m-%d %H:%M:%S"),
            "card": [f"C{number}" for number in draw.integers(0, 900, rows)],
            "merchant": [f"Merchant {number}" for number in merchant],
            "channel": np.where(draw.random(rows) < 0.1, "", draw.choice(["chip", "web"], rows)),
            "amount": np.where(refund, -amount, amount),
            "is_fraud": np.where(month == SILENT[0], "", np.where(fraud, "Yes", "No")),
        }
    )
    return frame.to_csv(index=False)
