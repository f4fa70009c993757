"""The simulator: seeded, learnable, and true to the three scenarios it documents."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score
from sklearn.tree import DecisionTreeClassifier

from backend import simulator
from backend.imports import SAMPLE_ROWS, SAMPLE_SEED
from backend.steps.cards import luhn_holds
from backend.steps.habits import FRAUD_ABOVE
from backend.steps.world import TEST_PREFIXES
from settings import ROOT

COLUMNS = [
    "transaction_id", "booked_at", "card_number", "amount", "currency", "merchant", "category",
    "channel", "country", "is_fraud",
]  # fmt: skip


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    return simulator.simulate(SAMPLE_ROWS, SAMPLE_SEED)


def test_the_same_seed_gives_the_same_transactions(sample) -> None:
    assert simulator.simulate(SAMPLE_ROWS, SAMPLE_SEED).equals(sample)
    assert not simulator.simulate(SAMPLE_ROWS, SAMPLE_SEED + 1).equals(sample)


@pytest.mark.parametrize("rows", [0, 1, 7, 1000])
def test_as_many_rows_as_asked(rows: int) -> None:
    assert len(simulator.simulate(rows, seed=1)) == rows


def test_there_is_enough_fraud_to_learn_and_to_test(sample) -> None:
    latest = sample["is_fraud"][int(0.85 * len(sample)) :]
    assert 0.008 <= sample["is_fraud"].mean() <= 0.010
    assert latest.sum() >= 60


@pytest.mark.parametrize("seed", range(1, 6))
def test_other_seeds_are_alike(seed: int) -> None:
    fraud = simulator.simulate(50_000, seed)["is_fraud"]
    assert 0.006 <= fraud.mean() <= 0.012
    assert fraud[int(0.85 * len(fraud)) :].sum() >= 35


def test_scenario_1_every_amount_above_the_limit_is_fraud(sample) -> None:
    large = sample[sample["amount"] > FRAUD_ABOVE]
    assert len(large) > 50
    assert (large["is_fraud"] == 1).all()
    assert (sample["amount"] > 0).all()


def test_scenario_2_a_terminal_is_compromised_for_four_weeks(sample) -> None:
    """Its frauds by the stripe lie within 28 days, and at few merchants."""
    fraud = sample[(sample["is_fraud"] == 1) & (sample["channel"] == "swipe")]
    day = pd.to_datetime(fraud["booked_at"]).dt.floor("D")
    by_merchant = day.groupby(fraud["merchant"]).agg(["size", lambda d: (d.max() - d.min()).days])
    often = by_merchant[by_merchant["size"] >= 3]
    assert len(often) >= 5
    assert (often.iloc[:, 1] < 28).mean() > 0.9  # the rest is another scenario's fraud by stripe


def test_scenario_3_stolen_cards_are_spent_online_at_night(sample) -> None:
    hour = pd.to_datetime(sample["booked_at"]).dt.hour
    stolen_like = (sample["channel"] == "online") & (hour < 5)
    assert sample["is_fraud"][stolen_like].mean() > 10 * sample["is_fraud"].mean()


def test_cards_are_test_cards(sample) -> None:
    cards = sample["card_number"].unique()
    assert 100 <= len(cards) <= 200
    assert all(card.startswith(TEST_PREFIXES) and luhn_holds(card) for card in cards)


def test_a_model_of_single_rows_learns_something_but_not_all(sample) -> None:
    choices = sample[["category", "channel", "country"]].apply(lambda c: pd.factorize(c)[0])
    hour = pd.to_datetime(sample["booked_at"]).dt.hour
    rows = np.column_stack([sample["amount"], hour, choices])
    label, cut = sample["is_fraud"].to_numpy(), int(0.85 * len(sample))
    model = DecisionTreeClassifier(min_samples_leaf=30, random_state=0)
    scores = model.fit(rows[:cut], label[:cut]).predict_proba(rows[cut:])[:, 1]
    assert 0.4 < average_precision_score(label[cut:], scores) < 0.95


def test_the_scenario_is_never_written(tmp_path) -> None:
    path = tmp_path / "t.csv"
    simulator.write_csv(path, 500, seed=3)
    assert path.read_text().splitlines()[0] == ",".join(COLUMNS)


def test_pieces_make_the_same_file_as_the_whole(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(simulator, "ROWS_AT_ONCE", 300)
    whole = simulator.simulate(1000, seed=3)
    simulator.write_csv(tmp_path / "t.csv", 1000, seed=3)
    read = pd.read_csv(tmp_path / "t.csv", dtype={"card_number": str})
    assert (read["transaction_id"] == whole["transaction_id"]).all()
    assert (read["amount"] == whole["amount"]).all()
    assert read["booked_at"].is_monotonic_increasing


def test_the_command_of_the_readme(tmp_path) -> None:
    path = tmp_path / "big.csv"
    command = [sys.executable, "-m", "backend.simulator", "--rows", "200", "--out", str(path)]
    subprocess.run(command, check=True, cwd=ROOT)
    assert len(path.read_text().splitlines()) == 201
