"""The file list of README.md, made of what each file says of itself in its first line.

`python -m tests.readme_tree` writes it anew; a test compares, so the list cannot drift.
"""

import ast
import itertools
import subprocess
from pathlib import Path, PurePosixPath

from settings import ROOT

START, END = "<!-- files: python -m tests.readme_tree -->", "<!-- end of files -->"
FOLDERS = {
    ".ci": "what continuous integration runs",
    ".streamlit": "how Streamlit looks and guards itself",
    "backend": "what Touchstone does: every rule, all SQL, scoring; no torch",
    "backend/sources": "one file per CSV dialect",
    "backend/steps": "before and after torch: pure functions of frames and arrays",
    "benchmarks": "what `make bench` runs; results/ holds the last tables",
    "db": "tables, one transaction(), migrations",
    "db/migrations": "how the database came to be",
    "db/migrations/versions": "one file per change",
    "decisions": "why it is as it is: context, decision, consequences, alternatives",
    "tests": "mirrors the tree: tests/backend/test_runs.py is for backend/runs.py; beside that:",
    "ui": "what analysts see; knows the backend only",
    "ui/charts": "frame in, figure out",
    "ui/parts": "pieces of pages: they draw, they do not fetch",
    "ui/views": "one file per page",
    "workers": "what needs torch: the queue's end, and the process that trains",
    "workers/models": "one file per model family",
    "workers/steps": "the journey where torch is needed",
}
UNLISTED = ("docs/", "ui/assets/", "benchmarks/results/", "README.md")
WIDTH = 26


def tracked(*patterns: str) -> list[str]:
    """Paths of files of the tree: known to git, or new and not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return sorted({path for path in listed.stdout.splitlines() if (ROOT / path).exists()})


def purpose(path: str) -> str:
    """What a file says of itself: its docstring's first line, or its first comment's sentence."""
    text = (ROOT / path).read_text()
    if path.endswith(".py"):
        return (ast.get_docstring(ast.parse(text)) or "").split("\n")[0].rstrip(".")
    lines = [line for line in text.splitlines() if not line.startswith("#!")]
    comment = itertools.takewhile(lambda line: line.startswith("#"), lines)
    said = " ".join(line.strip("# ") for line in comment)
    return said.split(". ")[0].rstrip(".")


def is_listed(path: str) -> bool:
    """False for empty packages, pictures, results, and tests that mirror a file."""
    if path.startswith(UNLISTED) or not (ROOT / path).read_bytes().strip():
        return False
    folder, name = path.rsplit("/", 1) if "/" in path else ("", path)
    twin = ROOT / folder.removeprefix("tests/") / name.removeprefix("test_")
    return not (folder.startswith("tests/") and name.startswith("test_") and twin.exists())


def tree() -> str:
    """Return the whole list: folders with what they hold, then each file in one line."""
    paths = [path for path in tracked() if is_listed(path)]
    at_root = [path for path in paths if "/" not in path]
    lines = [_line(path, 0, purpose(path)) for path in at_root]
    told: set[str] = set()
    for path in sorted((path for path in paths if "/" in path), key=_order):
        for folder in reversed(PurePosixPath(path).parents[:-1]):
            if str(folder) not in told:
                told.add(str(folder))
                depth = len(folder.parts) - 1
                lines.append(_line(f"{folder.name}/", depth, FOLDERS.get(str(folder), "")))
        pure = PurePosixPath(path)
        lines.append(_line(pure.name, len(pure.parts) - 1, purpose(path)))
    return "\n".join(["```", *lines, "```"])


def _order(path: str) -> tuple[tuple[int, str], ...]:
    """Files of a folder before its folders, each by name."""
    parts = PurePosixPath(path).parts
    return tuple((int(place < len(parts) - 1), part) for place, part in enumerate(parts))


def _line(name: str, depth: int, words: str) -> str:
    return f"{'  ' * depth + name:<{WIDTH}} {words}".rstrip()


def with_tree(readme: str) -> str:
    """Return the README with its list made anew."""
    before, rest = readme.split(START)
    return f"{before}{START}\n{tree()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    file = Path(ROOT / "README.md")
    file.write_text(with_tree(file.read_text()))
