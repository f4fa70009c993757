"""What a finished model knows of its data: `reader.json` of its folder."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from backend.steps import sentences
from backend.steps.calibration import NONE, Calibrator, correct_for_sampling
from backend.steps.columns import Column, from_plain, to_plain
from backend.steps.features import Plan
from backend.steps.fields import Fields
from backend.steps.profile import Profile
from backend.steps.serialise import Style

FILE = "reader.json"
REVIEW_SHARE, HIGH_SHARE = 0.01, 0.001  # of legitimate rows that would be looked at
MARKS = 1_001  # scores kept of the test part, to say how unusual a score is

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Reader:
    """How a model reads transactions and what its scores mean."""

    kind: Literal["text", "vector", "events"]
    profile: Profile
    columns: tuple[Column, ...]
    kept_share: float  # share of the legitimate rows it was trained on
    longest: int = 0  # tokens a text may have; 0 for vectors
    pad: int = 0  # token that fills a batch
    review: float = 1.0  # score from which a transaction deserves a look
    high: float = 1.0  # score from which few legitimate transactions lie
    marks: tuple[float, ...] = ()  # scores of the test part, evenly spaced in rank
    calibrator: Calibrator = NONE  # what becomes of a score corrected for the sampling
    serialiser: Style = "bands"  # how texts are written; runs from before styles told no other
    fields: Fields | None = None  # of models that look at earlier events
    past: Plan | None = None  # of models that read features of the past
    learned: Literal["fraud", "kind", "amount"] = "fraud"  # what the model was taught to say
    kinds: tuple[str, ...] = ()  # of fraud, that a model of kinds tells apart
    middle: float = 0.0  # of a model of amounts: an answer of 0, in the unit of the column
    spread: float = 1.0  # and how much more an answer of 1 is

    @property
    def is_probability(self) -> bool:
        """True when a score is the probability of fraud; else it says how a row ranks."""
        return self.learned != "amount"

    def score(self, answer: Floats) -> Floats:
        """Return the score (n,), 0 to 1, that answers of the model (n,) mean.

        That is the probability of fraud, for the real mix and calibrated; of a model of amounts
        it is only in the order of the amounts, until `calibrated` makes it a rank.
        """
        if self.is_probability:
            learned = 1 / (1 + np.exp(-answer))
            return self.calibrator.apply(correct_for_sampling(learned, self.kept_share))
        return self.calibrator.apply(0.5 + np.arctan(answer) / np.pi)

    def amount(self, answer: Floats) -> Floats:
        """Return the amounts (n,) that answers of a model of amounts (n,) mean."""
        return self.middle + self.spread * answer

    def band(self, score: float) -> str:
        """Return what a score asks for: "low" nothing, "review" a look, "high" a hold."""
        if score >= self.high:
            return "high"
        return "review" if score >= self.review else "low"

    def judged(self, validation: Floats, legitimate: NDArray[np.bool_], test: Floats) -> "Reader":
        """Return this reader with its thresholds, from validation, and its marks, from test.

        `legitimate` (n,) says which of the validation scores (n,) belong to legitimate rows;
        with none of them the thresholds stay at 1.
        """
        calm = validation[legitimate]
        review, high = (
            np.quantile(calm, [1 - REVIEW_SHARE, 1 - HIGH_SHARE], method="higher").tolist()
            if calm.size
            else (1.0, 1.0)
        )
        ranks = np.linspace(0, 1, MARKS)
        marks = np.quantile(test, ranks, method="lower").tolist() if test.size else []
        return replace(self, review=review, high=high, marks=tuple(marks))

    def calibrated(self, calibrator: Calibrator) -> "Reader":
        """Return this reader with scores that pass through `calibrator`, its thresholds too.

        Raises ValueError when its scores are calibrated already.
        """
        if self.calibrator.method != "none":
            raise ValueError(f"the reader is calibrated by {self.calibrator.method} already")
        review, high, *marks = calibrator.apply([self.review, self.high, *self.marks]).tolist()
        return replace(self, review=review, high=high, marks=tuple(marks), calibrator=calibrator)

    def write(self, folder: Path) -> None:
        """Write `reader.json` into the folder of the model, and the encoder of its texts."""
        stored = {
            **asdict(replace(self, fields=None, past=None)),
            "profile": self.profile.to_plain(),
            "columns": to_plain(self.columns),
            "calibrator": self.calibrator.to_plain(),
            "fields": self.fields.to_plain() if self.fields else None,
            "past": self.past.to_plain() if self.past else None,
        }
        (folder / FILE).write_text(json.dumps(stored))
        for meaning in (words.meaning for words in self.profile.words):
            if meaning is not None:
                sentences.carry(meaning.encoder, folder / sentences.FOLDER)

    @classmethod
    def read(cls, folder: Path) -> "Reader":
        """Return what `write` wrote, or what it wrote before calibrators and plans were kept."""
        stored: dict[str, Any] = json.loads((folder / FILE).read_text())
        profile = Profile.from_plain(stored["profile"], folder / sentences.FOLDER)
        fields, past = stored.get("fields"), stored.get("past")
        own = {
            "profile": profile,
            "fields": Fields.from_plain(fields, profile) if fields else None,
            "past": Plan.from_plain(past) if past else None,
            "columns": from_plain(stored["columns"]),
            "marks": tuple(stored["marks"]),
            "kinds": tuple(stored.get("kinds", ())),
            "calibrator": Calibrator.from_plain(stored.get("calibrator", NONE.to_plain())),
        }
        return cls(**{**stored, **own})
