"""README.md tells the truth: every file, page and verb stands in it, and its commands exist."""

import re
import subprocess

import pytest

import ui.views
from backend import plugins
from settings import ROOT
from tests import readme_tree

README = (ROOT / "README.md").read_text()
COMMANDS = [
    line.split("  #")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]
VERBS = re.findall(r"^(\w+): .*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
RUN_ELSEWHERE = {  # commands of README that other tests run, or read, in full
    "cp .env.example .env": "tests/test_compose.py",
    "docker compose up --build": "tests/test_compose.py",
    ".venv/bin/python -m backend.new_key": "tests/backend/test_new_key.py",
    'TOUCHSTONE_IMPORT_ROOTS="/srv/exports;s3://bank/exports" make up': (
        "tests/backend/test_addresses.py"
    ),
}


def test_every_file_stands_in_it() -> None:
    made = readme_tree.with_tree(README)
    assert made == README, "run: python -m tests.readme_tree"


def test_every_listed_file_says_what_it_is() -> None:
    silent = [path for path in readme_tree.tracked() if _is_silent(path)]
    assert silent == []


def _is_silent(path: str) -> bool:
    return readme_tree.is_listed(path) and not readme_tree.purpose(path)


def test_a_file_that_is_missing_from_the_list_is_noticed() -> None:
    shorter = README.replace(next(line for line in README.splitlines() if "  runs.py" in line), "")
    assert readme_tree.with_tree(shorter) != shorter


def test_every_page_stands_in_it() -> None:
    titles = {page.title for page in plugins.collect(ui.views, "PAGE").values()}
    told = set(re.findall(r"^\| \*\*(.+)\*\* \|", README, re.MULTILINE))
    assert titles == told


def test_every_verb_stands_in_it_and_exists() -> None:
    told = {command.split()[1] for command in COMMANDS if command.startswith("make ")}
    assert told == set(VERBS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_run_somewhere(command: str) -> None:
    if not command.startswith("make "):
        assert (ROOT / RUN_ELSEWHERE[command]).exists()
        return
    done = subprocess.run(
        ["make", "--dry-run", *command.split()[1:2]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
