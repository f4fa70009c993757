"""What changes while a model learns, and how it goes into a checkpoint and comes back.

On a processor of the same kind, with as many threads, a model that went on from a checkpoint
ends with the same weights, bit for bit, as one that was never interrupted.
"""

import math
import random
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workers.family import Diverged
from workers.steps.checkpoint import Keeper, Saved, Snapshot
from workers.steps.crew import Agreed, Crew
from workers.voice import LEFT

LOST_LOSSES = 3  # losses in a row that are not numbers
COUNTED = ("step", "lost", "recent", "waited", "ended", "seconds")

Arrays = dict[str, Tensor | NDArray[Any]]


@dataclass
class Best:
    """The best weights so far."""

    value: float = -math.inf
    step: int = 0
    weights: dict[str, Tensor] = field(default_factory=dict)


@dataclass
class Learner:
    """A model on its way: weights and their average, optimiser, schedule, the best, and counts."""

    model: torch.nn.Module
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LambdaLR
    average: torch.nn.Module | None = None
    crew: Crew = field(default_factory=Crew)
    best: Best = field(default_factory=Best)
    step: int = 0  # of the optimiser; batches of the sampler that are used up
    lost: int = 0  # losses in a row that were not numbers
    recent: list[float] = field(default_factory=list)  # losses since the last told point
    waited: int = 0  # checks without a gain
    ended: bool = False  # nothing is left to learn
    seconds: float = 0.0  # spent learning, attempts before this one included

    def hear(self, loss: float) -> None:
        """Count a step with its loss; raise Diverged at the third in a row that is no number."""
        self.step += 1
        self.recent.append(loss)
        self.lost = 0 if math.isfinite(loss) else self.lost + 1
        if self.lost == LOST_LOSSES:
            raise Diverged("The loss stopped being a number. Try a smaller learning rate.")

    def mean_loss(self) -> float:
        """Return the mean of the losses since the last time somebody asked."""
        recent, self.recent = self.recent, []
        return float(np.mean(recent))

    def keep(self, keeper: Keeper, agreed: Agreed) -> None:
        """Save where that is due or nothing is left to learn; leave where somebody asked to.

        Leaving is a SystemExit, with all kept.
        """
        if agreed.due or agreed.leave or self.ended:
            keeper.save(self.step, *self.snapshot())
        if agreed.leave:
            raise SystemExit(LEFT)

    def snapshot(self) -> Snapshot:
        """Return all of it, with where every source of chance stands, for a Keeper."""
        arrays: Arrays = _named("model", _learned(self.model))
        arrays |= _named("average", self.average.state_dict() if self.average else {})
        frozen = _frozen(self.model)
        best = {name: each for name, each in self.best.weights.items() if name not in frozen}
        arrays |= _named("best", best)
        kept = self.optimiser.state_dict()
        for place, known in kept["state"].items():
            arrays |= _named(f"optimiser.{place}", known)
        drawn, chance = _chance(self.crew)
        state = {
            "counts": {name: getattr(self, name) for name in COUNTED},
            "best": [self.best.value, self.best.step],
            "groups": kept["param_groups"],
            "schedule": {**self.schedule.state_dict(), "lr_lambdas": None},
            "chance": chance,
        }
        return {**arrays, **_named("chance", drawn)}, state

    def restore(self, saved: Saved) -> None:
        """Go on from a snapshot; everything is as it was when that was taken."""
        arrays, state = saved.arrays, saved.state
        self.model.load_state_dict(_tensors("model", arrays), strict=False)
        if self.average is not None:
            self.average.load_state_dict(_tensors("average", arrays))
        device = next(self.model.parameters()).device
        best = {name: each.to(device) for name, each in _tensors("best", arrays).items()}
        own = {name: each.clone() for name, each in self.model.state_dict().items()}
        value, step = state["best"]
        self.best = Best(value, step, {**own, **best} if best else {})
        self._restore_optimiser(saved)
        lambdas = [None] * len(self.schedule.lr_lambdas)
        self.schedule.load_state_dict({**state["schedule"], "lr_lambdas": lambdas})
        for name in COUNTED:
            setattr(self, name, state["counts"][name])
        _take_chance(_tensors("chance", arrays), state["chance"], self.crew.rank)

    def _restore_optimiser(self, saved: Saved) -> None:
        known: dict[int, dict[str, Tensor]] = {}
        for name, each in _tensors("optimiser", saved.arrays).items():
            place, what = name.split(".", 1)
            known.setdefault(int(place), {})[what] = each
        groups = [{**group, "betas": tuple(group["betas"])} for group in saved.state["groups"]]
        self.optimiser.load_state_dict({"state": known, "param_groups": groups})


def _frozen(model: torch.nn.Module) -> set[str]:
    return {name for name, each in model.named_parameters() if not each.requires_grad}


def _learned(model: torch.nn.Module) -> dict[str, Tensor]:
    """Return what is not as it was before learning began; the rest is read anew."""
    frozen = _frozen(model)
    return {name: each for name, each in model.state_dict().items() if name not in frozen}


def _named(about: str, arrays: Any) -> Arrays:
    return {f"{about}.{name}": each for name, each in arrays.items()}


def _tensors(about: str, arrays: dict[str, NDArray[Any]]) -> dict[str, Tensor]:
    """Return what was named so, copied: tensors of torch's own are aligned alike every time."""
    start = f"{about}."
    return {
        name.removeprefix(start): torch.tensor(each)
        for name, each in arrays.items()
        if name.startswith(start)
    }


def _chance(crew: Crew) -> tuple[Arrays, dict[str, Any]]:
    """Return where torch, NumPy and Python stand in their random numbers.

    Of torch's, on processor and card, those of every process, one in a row.
    """
    kind, words, *rest = np.random.get_state(legacy=True)
    arrays: Arrays = {
        "torch": torch.stack(crew.gathered(torch.get_rng_state())),
        "numpy": np.asarray(words),
    }
    if torch.cuda.is_available():
        arrays["cuda"] = torch.stack(crew.gathered(torch.cuda.get_rng_state()))
    return arrays, {"numpy": [kind, rest], "python": random.getstate()}


def _take_chance(arrays: dict[str, Tensor], state: dict[str, Any], rank: int) -> None:
    torch.set_rng_state(arrays["torch"][rank].clone())  # of part of a tensor it would crash
    if "cuda" in arrays and torch.cuda.is_available():
        torch.cuda.set_rng_state(arrays["cuda"][rank].clone())
    kind, rest = state["numpy"]
    np.random.set_state((kind, arrays["numpy"].numpy(), *rest))
    version, words, gauss = state["python"]
    random.setstate((version, tuple(words), gauss))
