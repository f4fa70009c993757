"""A run's name says what was chosen otherwise than usual, in short words."""

import pytest

from backend.offers import Offer
from backend.run_names import LONGEST, name

SCHEMA = {
    "properties": {
        "learning_rate": {"default": 5e-4},
        "epochs": {"default": 6.0},
        "frozen": {"default": False},
        "encoder": {"default": ""},
        "layers": {"default": 0},
    }
}
BERT = Offer("bert", "BERT", "Reads.", 10, {"Quick check": {"options": {"layers": 3}}}, SCHEMA)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({}, ""),
        ({"layers": 3}, ""),
        ({"layers": 3, "epochs": 6.0, "encoder": ""}, ""),  # said, but as the family's default
        ({"layers": 0}, ", 0 layers"),
        ({"learning_rate": 3e-4, "epochs": 2.0}, ", lr 3e-4, 2 epochs"),
        ({"learning_rate": 2.5e-5, "epochs": 1.0}, ", lr 2.5e-5, 1 epoch"),
        ({"epochs": 0.5, "layers": 1}, ", 0.5 epochs, 1 layer"),
        ({"frozen": True}, ", frozen"),
        ({"batch_size": 128, "seed": 7}, ", batch 128, seed 7"),
        ({"negatives_per_fraud": 150.0}, ", 150 legitimate per fraud"),
        ({"start_from": 7, "field_blocks": 1}, ", from run 7, 1 field block"),
        ({"seconds": 45.0, "trials": 1}, ", 45 s, 1 trial"),
        ({"regularisation": 0.5}, ", regularisation 0.5"),
        ({"encoder_revision": "0123456789abcdef"}, ", revision 0123456"),
    ],
)
def test_what_differs_is_said_and_nothing_else(chosen, words):
    assert name(BERT, "Quick check", chosen) == f"BERT, quick check{words}"


def test_a_long_name_is_cut_to_what_the_table_holds():
    assert len(name(BERT, "Quick check", {"encoder": "x" * 500})) == LONGEST
