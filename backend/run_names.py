"""What a run is called: its family, its preset, and in short words what was chosen otherwise."""

from collections.abc import Mapping
from typing import Any

from backend.offers import Offer

LONGEST = 200  # characters the table holds
WORDS = {  # option -> how a value of it is said; one that is not here is said with its own name
    "auxiliary": "guessing beside {}",
    "batch_size": "batch {}",
    "checks": "{} checks",
    "encoder": "{}",
    "encoder_revision": "revision {:.7}",
    "epochs": "{} epochs",
    "field_blocks": "{} field blocks",
    "folds": "{} folds",
    "layers": "{} layers",
    "learning_rate": "lr {}",
    "max_length": "{} tokens",
    "negatives_per_fraud": "{} legitimate per fraud",
    "seconds": "{} s",
    "start_from": "from run {}",
    "trials": "{} trials",
}


def name(offer: Offer, preset: str, options: Mapping[str, Any]) -> str:
    """Return the name of a run: "BERT, quick check, lr 3e-4, 2 epochs".

    `options` are those the run is launched with. Named are those that differ from the preset,
    or, where the preset says nothing, from the family's default.
    """
    properties = offer.options.get("properties", {})
    usual = {option: told["default"] for option, told in properties.items() if "default" in told}
    usual |= offer.presets[preset]["options"]
    changed = [
        _said(option, value) for option, value in options.items() if _differs(usual, option, value)
    ]
    return ", ".join([f"{offer.title}, {preset.lower()}", *changed])[:LONGEST]


def _differs(usual: Mapping[str, Any], option: str, value: Any) -> bool:
    return option not in usual or bool(usual[option] != value)


def _said(option: str, value: Any) -> str:
    plain = option.replace("_", " ")
    if isinstance(value, bool):
        return plain if value else f"no {plain}"
    words = WORDS.get(option, f"{plain} {{}}").format(_short(value))
    return words.removesuffix("s") if _short(value) == "1" and words.endswith("s") else words


def _short(value: Any) -> str:
    """Return a value in few characters: 0.0003 is "3e-4", 2.0 is "2"."""
    if not isinstance(value, float) or value == 0:
        return str(value)
    if abs(value) >= 0.01:
        return f"{value:.6g}"
    digits, power = f"{value:.3e}".split("e")
    return f"{float(digits):g}e{int(power)}"
