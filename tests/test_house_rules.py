"""Every rule of the house holds in the tree, and every checker catches a broken rule."""

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from settings import ROOT
from tests import house_rules
from tests.house_rules import CHECKERS, Checker, Source


def tracked(*patterns: str) -> list[str]:
    """Paths of files of the tree: known to git, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for path in listed.stdout.splitlines() if (ROOT / path).exists()]


@cache
def sources() -> list[Source]:
    """Every Python file of the tree, read and parsed once for all rules."""
    return [Source(path, (ROOT / path).read_text()) for path in tracked("*.py")]


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.__name__)
def test_the_tree_keeps_the_rule(checker: Checker) -> None:
    broken = [f"{source.path}:{words}" for source in sources() for words in checker(source)]
    assert not broken, "\n".join([checker.__doc__ or "", *broken])


BROKEN = [
    ("settings_are_the_floor", "settings.py", "from backend import runs"),
    ("pages_are_thin", "ui/views/score.py", "lost = amount * rate"),
    ("pages_are_thin", "ui/views/score.py", "\n" * 91),
    ("rows_stay_inside", "backend/runs.py", "from db import Run\ndef get() -> Run: ..."),
    (
        "rows_stay_inside",
        "backend/runs.py",
        "from db import Run as Row\ndef end(rows: list[Row]) -> None: ...",
    ),
    ("transaction_ends_itself", "backend/runs.py", "def end(session):\n    session.commit()"),
    (
        "transaction_ends_itself",
        "backend/runs.py",
        "def end():\n    with transaction(): ...\n    with transaction(reading=True): ...",
    ),
    (
        "transaction_ends_itself",
        "backend/runs.py",
        "def end():\n    with transaction() as session:\n        time.sleep(1)",
    ),
    ("one_place_rings", "backend/runs.py", "queue.send_task('touchstone.work', args=[1])"),
    ("one_place_rings", "workers/tasks.py", "@app.task\ndef work(run_id, frame): ..."),
    ("one_place_catches_all", "backend/runs.py", "try: ...\nexcept Exception: ..."),
    ("one_place_catches_all", "backend/runs.py", "try: ...\nexcept (OSError, Exception): ..."),
    ("one_place_catches_all", "workers/tasks.py", "try: ...\nexcept: ..."),
    ("one_place_catches_all", "workers/tasks.py", "try: ...\nexcept BaseException: ..."),
    ("one_place_reads_the_environment", "workers/device.py", "import os\nos.environ['HOME']"),
    ("one_place_reads_the_environment", "up.py", "from os import getenv"),
    ("no_drawers", "backend/utils.py", ""),
    ("no_drawers", "ui/common/table.py", ""),
    ("short_enough", "backend/runs.py", "\n" * 301),
    ("short_enough", "backend/runs.py", "def long():\n" + "    work()\n" * 40),
    ("short_enough", "workers/steps/train.py", "def long():\n" + "    work()\n" * 60),
    ("says_what_it_is", "backend/runs.py", "import os"),
    ("runs_no_foreign_code", "backend/files.py", "import pickle"),
    ("runs_no_foreign_code", "workers/steps/export.py", "torch.load('weights.pt')"),
    ("runs_no_foreign_code", "ui/parts/table.py", "st.markdown(cell, unsafe_allow_html=True)"),
    ("runs_no_foreign_code", "ui/parts/table.py", "st.html(cell)"),
    ("runs_no_foreign_code", "workers/models/bert.py", "load(name, trust_remote_code=True)"),
    ("knows_no_machine", "settings.py", "data = Path('/ho" + "me/ann/data')"),
    ("controls_are_read", "ui/parts/table.py", "st.slider('Threshold', 0, 1)"),
    ("controls_are_read", "ui/parts/table.py", "st.slider('Threshold', 0, 1, key='threshold')"),
    ("controls_are_read", "ui/parts/table.py", "def draw():\n    chosen = st.slider('Threshold')"),
    ("controls_are_read", "ui/parts/table.py", "st.radio('Part', [], on_change=first_page)"),
    (
        "controls_are_read",
        "ui/parts/table.py",
        "draw({'': st.column_config.ButtonColumn('', key=OPENED)})",
    ),
    (
        "controls_are_read",
        "ui/parts/table.py",
        "st.dataframe(table, on_select=keep, key='rows')",
    ),
    (
        "controls_are_read",
        "ui/parts/table.py",
        "def draw():\n    low, high = st.slider('Range')\n    return low",
    ),
    (
        "controls_are_read",
        "ui/views/score.py",
        "from ui.parts.run_choice import choose_dataset\ndef render():\n    choose_dataset([])",
    ),
    (
        "controls_are_read",
        "ui/views/score.py",
        "from ui.parts import run_choice as choice\ndef render():\n    choice.choose_family([])",
    ),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN, ids=[case[0] for case in BROKEN])
def test_a_broken_rule_is_caught(rule: str, path: str, text: str) -> None:
    assert [*getattr(house_rules, rule)(Source(path, text))]


def test_every_checker_was_broken_once() -> None:
    assert {checker.__name__ for checker in CHECKERS} == {case[0] for case in BROKEN}


LAWFUL = [
    ("transaction_ends_itself", "backend/runs.py", "with transaction() as s:\n    ', '.join(s)"),
    ("short_enough", "workers/steps/train.py", "def long():\n" + "    work()\n" * 59),
    ("one_place_catches_all", "workers/tasks.py", "try: ...\nexcept Exception: ..."),
    ("one_place_reads_the_environment", "settings.py", "import os\nos.environ"),
    ("says_what_it_is", "ui/__init__.py", ""),
    ("controls_are_read", "ui/parts/table.py", "st.button('Undo', on_click=undo)"),
    ("controls_are_read", "ui/parts/table.py", "if st.button('Go'):\n    go('home')"),
    (
        "controls_are_read",
        "ui/parts/table.py",
        "st.toggle('On', key=KEY, on_change=keep)\nchosen = st.session_state[KEY]",
    ),
    (
        "controls_are_read",
        "ui/parts/table.py",
        "def choose():\n    return st.radio('Part', [])\ndef draw():\n    show(choose())",
    ),
]


@pytest.mark.parametrize(("rule", "path", "text"), LAWFUL, ids=[case[0] for case in LAWFUL])
def test_what_the_rule_allows_passes(rule: str, path: str, text: str) -> None:
    assert [*getattr(house_rules, rule)(Source(path, text))] == []


# Rule 6 and 13: what serves and what listens to the queue never loads torch.


def loaded_by(statement: str, folder: Path = ROOT) -> set[str]:
    """Names of the top modules a fresh Python has loaded after one import statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


LIGHT = ["workers.tasks", "workers.queue", "workers.announce", "workers.reaper", "ui.server"]


@pytest.mark.parametrize("module", LIGHT)
def test_torch_is_not_loaded_by(module: str, data_folder: Path) -> None:
    assert not loaded_by(f"import {module}") & {"torch", "transformers"}


def test_a_module_that_loads_torch_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("")
    (tmp_path / "tasks.py").write_text("import torch")
    assert "torch" in loaded_by("import tasks", tmp_path)


# Rules 8, 11 and those of style, as ruff enforces them.

UNCLEAN = {
    "BLE001": "try:\n    work()\nexcept Exception:\n    pass\n",
    "C901": "def f(a: int) -> None:\n"
    + "".join(f"    if a == {n}:\n        f({n})\n" for n in range(9)),
    "FIX002": "# TO" + "DO: later\n",
    "ERA001": "# import os\n",
    "T201": "print('here')\n",
    "S301": "import pickle\npickle.loads(b'')\n",
    "ANN001": "def f(a) -> None: ...\n",
    "DTZ005": "from datetime import datetime\ndatetime.now()\n",
}


@pytest.mark.parametrize(("code", "text"), UNCLEAN.items(), ids=UNCLEAN)
def test_ruff_catches(code: str, text: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--stdin-filename", "backend/runs.py", "-"],
        cwd=ROOT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert code in done.stdout


def test_mypy_is_strict() -> None:
    text = (ROOT / "pyproject.toml").read_text()
    assert re.search(r"\[tool\.mypy\]\nstrict = true", text)
