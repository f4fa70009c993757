"""Which weights of a pretrained classifier learn: all of them, or a low-rank adapter and the head.

LoRA (Hu et al. 2021, arXiv 2106.09685): a frozen matrix W answers as W + B·A, where A and B
have few rows and columns and alone are learned. Afterwards the product is added to W, so that
the finished model has the shape it began with and costs the same.
"""

import warnings
from typing import Literal

import torch

from backend.errors import OptionsRefused

Adapter = Literal["auto", "full", "lora"]

LORA_FROM = 20_000_000  # parameters above which "auto" learns an adapter
RANK, SCALE, DROPOUT = 8, 16, 0.05
ADAPTED = {"query", "value", "q_lin", "v_lin", "q_proj", "v_proj", "query_proj", "value_proj"} | {
    *("q", "v")
}  # what encoders call the projections of attention to queries and values


def prepare(model: torch.nn.Module, adapter: Adapter) -> torch.nn.Module:
    """Return the classifier as it is trained: itself, or with a frozen body and an adapter.

    "auto" takes the adapter above 20 million parameters. The head is everything outside the
    encoder, and its pooler: it learns in full either way. Raises OptionsRefused when "lora" is
    asked of an encoder without projections to queries and values.
    """
    projections = sorted({_last(name) for name, _ in model.named_modules()} & ADAPTED)
    if adapter == "lora" and not projections:
        raise OptionsRefused("This encoder has no projections LoRA knows. Choose full instead.")
    large = sum(each.numel() for each in model.parameters()) > LORA_FROM
    if adapter == "full" or not projections or (adapter == "auto" and not large):
        return model
    import peft  # seconds to load, for the few that need it

    config = peft.LoraConfig(
        task_type="SEQ_CLS",
        r=RANK,
        lora_alpha=SCALE,
        lora_dropout=DROPOUT,
        target_modules=projections,
        modules_to_save=_heads(model),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # peft asks transformers by an older name
        return peft.get_peft_model(model, config)  # type: ignore[arg-type]


def merged(model: torch.nn.Module) -> torch.nn.Module:
    """Return the classifier with its adapter added to its weights; one without is returned."""
    if not _is_adapted(model):
        return model
    whole: torch.nn.Module = model.merge_and_unload()  # type: ignore[operator]
    return whole.requires_grad_(True)


def told(model: torch.nn.Module) -> dict[str, int | str]:
    """Return the kind of adapter, and how many parameters learn, JSON-ready."""
    kind = "lora" if _is_adapted(model) else "full"
    learning = sum(each.numel() for each in model.parameters() if each.requires_grad)
    return {"kind": kind, "parameters": learning}


def _is_adapted(model: torch.nn.Module) -> bool:
    return hasattr(model, "merge_and_unload")


def _heads(model: torch.nn.Module) -> list[str]:
    body = getattr(model, "base_model_prefix", "")
    outside = [name for name, _ in model.named_children() if name not in (body, "dropout")]
    pooled = any(_last(name) == "pooler" for name, _ in model.named_modules())
    return [*outside, *(["pooler"] if pooled else [])]


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]
