"""What the places of a network's weights are about, so that two networks can be told alike."""

from backend.steps.fields import Fields
from backend.steps.profile import Category
from backend.steps.situation import GAP_STEPS, SIDES
from workers.steps.field_net import WORD_WIDTH
from workers.steps.history_net import HistoryConfig, names_of

Axis = list[str]  # what each place along an axis is about
About = tuple[int, Axis]  # which axis that is

ROWS, COLUMNS = 0, 1  # the axis of a weight that is about fields
FIRST_TEXT = {"none": 1, "elapsed": 3, "date": 10}  # of what a row says beside its fields


def about(config: HistoryConfig, read: Fields, name: str) -> About | None:
    """Return which axis of a network's weight is about fields, and what its places are about.

    `name` is that of the weight within one network. None for weights that depend on no field.
    """
    flat = _flat(config, read)
    if "tables" in name.split("."):
        return ROWS, _words(read, name)
    if name in ("history.query.own.weight", "row.token.own.weight"):
        return COLUMNS, flat
    if name == "history.event.own.weight":
        return COLUMNS, _event(config, read)
    if name in ("head.scale", "head.first.weight"):
        found = [f"{part} {place}" for part in _attended(config) for place in range(config.width)]
        return COLUMNS, flat + found
    if name == "row.start":
        return ROWS, [*names_of(read), "the rest"]
    return None


def alike(read: Fields, name: str) -> str:
    """Return the name of a weight with its category in place of its number among the tables."""
    at = name.split(".")
    return ".".join([*at[:-2], _category(read, name).name]) if "tables" in at else name


def _attended(config: HistoryConfig) -> list[str]:
    return ["row"] * bool(config.field_blocks) + ["history"] * bool(config.depth)


def _category(read: Fields, name: str) -> Category:
    place = int(name.split(".")[-2])
    of_events = name.startswith("history")
    return read.profile.categories[read.followed_words[place] if of_events else place]


def _words(read: Fields, name: str) -> Axis:
    return ["missing", "unknown", *(f"known as {word}" for word in _category(read, name).known)]


def _flat(config: HistoryConfig, read: Fields) -> Axis:
    numbers = [scale.name for scale in read.scales]
    words = [category.name for category in read.profile.categories]
    first = FIRST_TEXT[read.profile.clock]
    return [
        *_numbers(numbers, config.steps),
        *(f"{name} {place}" for name in words for place in range(WORD_WIDTH)),
        *(f"more {place}" for place in range(first)),
        *(f"text {place} {_texts(read)}" for place in range(config.more - first)),
    ]


def _event(config: HistoryConfig, read: Fields) -> Axis:
    numbers = [read.scales[place].name for place in read.followed]
    words = [read.profile.categories[place].name for place in read.followed_words]
    steps = [GAP_STEPS, *(config.steps[place] for place in config.followed)]
    return [
        *_numbers(["time gap", *numbers], steps),
        *(f"side {place}" for place in range(SIDES - 2)),
        *(f"{name} apart" for name in numbers),
        *(f"{name} {place}" for name in words for place in range(WORD_WIDTH)),
        *(f"{name} the same" for name in words),
    ]


def _numbers(names: list[str], steps: list[int]) -> Axis:
    rising = [
        f"{name} {step} of {many}"
        for name, many in zip(names, steps, strict=True)
        for step in range(many)
    ]
    return [*(f"{name} missing" for name in names), *rising]


def _texts(read: Fields) -> int:
    """Return a number that two ways to read texts share only when they are the same."""
    return hash(read.profile.words)
