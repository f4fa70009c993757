"""The import contracts of pyproject.toml hold, and each is broken by a forbidden import."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from settings import ROOT
from tests.house_rules import ROOMS

FORBIDDEN = {  # contract -> the file that breaks it, and its forbidden line
    "one-way-down": ("db/base.py", "import backend.runs"),
    "only-backend-opens-db": ("workers/device.py", "from db import Run"),
    "torch-only-in-workers": ("backend/errors.py", "import torch"),
    "streamlit-only-in-ui": ("backend/errors.py", "import streamlit"),
    "pages-know-no-sql-and-no-queue": ("ui/page.py", "import sqlalchemy"),
    "workers-know-no-sql": ("workers/device.py", "from sqlalchemy.orm import Session"),
    "steps-are-pure": ("backend/steps/columns.py", "from backend import runs"),
    "the-training-child-is-alone": ("workers/journey.py", "from backend import runs"),
}


def contracts() -> dict[str, str]:
    """Return {identifier: name} of every contract in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text()
    return dict(re.findall(r'\nid = "(.+)"\nname = "(.+)"\n', text))


def kept(folder: Path) -> dict[str, bool]:
    """Return {contract identifier: whether the code in `folder` keeps it}."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint, "--no-logo", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    found = {}
    for identifier, name in contracts().items():
        verdict = re.search(rf"^{re.escape(name)} (KEPT|BROKEN)", done.stdout, re.MULTILINE)
        assert verdict, done.stdout + done.stderr
        found[identifier] = verdict.group(1) == "KEPT"
    return found


def test_the_tree_keeps_every_contract() -> None:
    assert kept(ROOT) == dict.fromkeys(contracts(), True)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("settings.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.mark.parametrize("contract", FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(contract: str, copy: Path) -> None:
    name, line = FORBIDDEN[contract]
    lawful = (copy / name).read_text()
    try:
        (copy / name).write_text(f"{lawful}\n{line}\n")
        assert not kept(copy)[contract]
    finally:
        (copy / name).write_text(lawful)


def test_every_contract_was_broken_once() -> None:
    assert FORBIDDEN.keys() == contracts().keys()
