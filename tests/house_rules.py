"""The rules of the house as checkers: each takes one source file and returns what is wrong.

A rule without a checker is a wish. `tests/test_house_rules.py` runs every checker over the
tree, and feeds each one a deliberate violation to see it caught.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from tests.controls import controls_are_read

ROOMS = ("ui", "backend", "workers", "db")
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "core", "shared"}
BROAD_EXCEPTS = {"workers/tasks.py", "ui/parts/trouble.py"}
RINGERS = {"backend/jobs.py"}
SENDS = ("send_task", "apply_async", "delay")
LONGEST_FILE, LONGEST_FUNCTION, LONGEST_LOOP, LONGEST_PAGE = 300, 40, 60, 90
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
RUNS_CODE = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}
WAITS = {"sleep", "wait", "join", "Popen", "ring", "send_task", "communicate"}
MACHINE_PATH = re.compile(r"(?<![\w.:/$}~])/(home|Users|root|work)/\w")


@dataclass(frozen=True)
class Source:
    """One file of the tree: its path from the root and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def room(self) -> str:
        """The first folder, or the file itself at the root."""
        return PurePosixPath(self.path).parts[0]

    @property
    def in_house(self) -> bool:
        """True for the product itself; false for tests, benchmarks and migrations."""
        at_root = "/" not in self.path
        return (self.room in ROOMS or at_root) and not self.path.startswith("db/migrations/")


Found = Iterator[str]
Checker = Callable[[Source], Found]


def settings_are_the_floor(source: Source) -> Found:
    """Rule 1: settings.py imports nothing of ours, and nothing heavy."""
    if source.path != "settings.py":
        return
    allowed = {"pydantic", "pydantic_settings", "hashlib", "tempfile", "pathlib", "os", "typing"}
    for line, name in _imports(source.tree):
        if name.split(".")[0] not in allowed:
            yield f"{line}: settings imports {name}"


def pages_are_thin(source: Source) -> Found:
    """Rule 2: a page stays short and computes nothing."""
    if not source.path.startswith("ui/views/"):
        return
    if (lines := source.text.count("\n")) > LONGEST_PAGE:
        yield f"1: the page has {lines} lines, more than {LONGEST_PAGE}"
    arithmetic = (ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.Mod, ast.Sub)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, arithmetic):
            yield f"{node.lineno}: a page computes; the backend should"


def rows_stay_inside(source: Source) -> Found:
    """Rule 3: no public backend function returns or takes a row of a table."""
    if source.room != "backend":
        return
    tables = {
        alias.asname or alias.name
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "db"
        for alias in node.names
        if alias.name[0].isupper()
    }
    for function in _functions(source.tree):
        if function.name.startswith("_"):
            continue
        arguments = [*function.args.args, *function.args.kwonlyargs]
        for hint in [function.returns, *(argument.annotation for argument in arguments)]:
            named = {n.id for n in ast.walk(hint) if isinstance(n, ast.Name)} if hint else set()
            if named & tables:
                yield f"{function.lineno}: {function.name} shows the table {named & tables}"


def transaction_ends_itself(source: Source) -> Found:
    """Rule 4: nobody calls commit(); a function holds one transaction, and waits in none."""
    if not source.in_house:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and _called(node) in ("commit", "begin_nested"):
            yield f"{node.lineno}: {_called(node)}() is for transaction() alone"
    for function in _functions(source.tree):
        held = [node for node in _own_nodes(function) if _is_transaction(node)]
        if len(held) > 1:
            yield f"{function.lineno}: {function.name} opens {len(held)} transactions"
        for inner in (node for block in held for node in ast.walk(block)):
            if isinstance(inner, ast.Call) and _called(inner) in WAITS and not _joins_text(inner):
                yield f"{inner.lineno}: {_called(inner)}() while a transaction is held"


def one_place_rings(source: Source) -> Found:
    """Rule 5: backend/jobs.py alone sends messages, and a task takes nothing but an id."""
    if not source.in_house:
        return
    for node in ast.walk(source.tree):
        rings = isinstance(node, ast.Call) and _called(node) in SENDS
        if rings and source.path not in RINGERS:
            yield f"{node.lineno}: {_called(node)}() outside {', '.join(RINGERS)}"
    for function in _functions(source.tree):
        names = [argument.arg for argument in function.args.args]
        is_task = any(_is_task(decorator) for decorator in function.decorator_list)
        if is_task and (len(names) != 1 or not names[0].endswith("_id")):
            yield f"{function.lineno}: task {function.name} takes {names}, not one id"


def one_place_catches_all(source: Source) -> Found:
    """Rule 8: `except Exception` in the allowed places only, a bare except nowhere."""
    if not source.in_house:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            names = (
                {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
                if node.type
                else {"bare"}
            )
            if names & {"BaseException", "bare"}:
                yield f"{node.lineno}: catches what no code may catch"
            elif "Exception" in names and source.path not in BROAD_EXCEPTS:
                yield f"{node.lineno}: except Exception"


def one_place_reads_the_environment(source: Source) -> Found:
    """Rule 9: settings.py is the only reader of the environment."""
    if not source.in_house or source.path == "settings.py":
        return
    for node in ast.walk(source.tree):
        read = isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")
        named = (
            isinstance(node, ast.ImportFrom)
            and node.module == "os"
            and any(alias.name in ("environ", "environb", "getenv") for alias in node.names)
        )
        secrets = isinstance(node, ast.Attribute) and ast.unparse(node) == "st.secrets"
        if read or named or secrets:
            yield f"{node.lineno}: reads the environment"


def no_drawers(source: Source) -> Found:
    """Rule 10: no file or folder is called after nothing in particular."""
    parts = PurePosixPath(source.path).with_suffix("").parts
    for part in parts:
        if part.strip("_").lower() in DRAWERS:
            yield f"1: {part!r} is a drawer, not a noun"


def short_enough(source: Source) -> Found:
    """Rule 11: files of at most 300 lines, functions of at most 40, a training loop of 60."""
    if source.path.startswith("db/migrations/"):
        return
    if (lines := source.text.count("\n")) > LONGEST_FILE:
        yield f"1: {lines} lines, more than {LONGEST_FILE}"
    limit = LONGEST_LOOP if source.path == "workers/steps/train.py" else LONGEST_FUNCTION
    for function in _functions(source.tree):
        if (lines := _length(function)) > limit:
            yield f"{function.lineno}: {function.name} has {lines} lines, more than {limit}"


def says_what_it_is(source: Source) -> Found:
    """Every module opens with a docstring; only an empty `__init__.py` need not."""
    if source.text.strip() and not ast.get_docstring(source.tree):
        yield "1: no docstring at the top"


def runs_no_foreign_code(source: Source) -> Found:
    """No pickle, no eval, no raw HTML: what an analyst brings stays data."""
    for line, name in _imports(source.tree):
        if name.split(".")[0] in RUNS_CODE:
            yield f"{line}: imports {name}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield from (f"{node.lineno}: {what}" for what in _dangers(node))


def knows_no_machine(source: Source) -> Found:
    """No path of one machine stands in the tree."""
    for number, line in enumerate(source.text.splitlines(), start=1):
        if MACHINE_PATH.search(line):
            yield f"{number}: names a path of one machine"


CHECKERS: tuple[Checker, ...] = (
    settings_are_the_floor,
    pages_are_thin,
    rows_stay_inside,
    transaction_ends_itself,
    one_place_rings,
    one_place_catches_all,
    one_place_reads_the_environment,
    no_drawers,
    short_enough,
    says_what_it_is,
    runs_no_foreign_code,
    knows_no_machine,
    controls_are_read,
)


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "."


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, FUNCTIONS))


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Walk a function without the functions inside it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, FUNCTIONS):
            yield child
            yield from _own_nodes(child)


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, docstring excluded."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function):
        lines -= (function.body[0].end_lineno or 0) - function.body[0].lineno + 1
    return lines


def _called(call: ast.Call) -> str:
    """Return the last word of what is called: `commit` for `session.commit()`."""
    return ast.unparse(call.func).rsplit(".", 1)[-1]


def _is_transaction(node: ast.AST) -> bool:
    return isinstance(node, ast.With) and any(
        isinstance(item.context_expr, ast.Call) and _called(item.context_expr) == "transaction"
        for item in node.items
    )


def _is_task(decorator: ast.expr) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(function).endswith((".task", "shared_task"))


def _joins_text(call: ast.Call) -> bool:
    """True for `", ".join(...)` and for SQL's `.join(Table, ...)`, which do not wait."""
    return _called(call) == "join" and bool(call.args)


def _dangers(call: ast.Call) -> Iterator[str]:
    called = ast.unparse(call.func)
    if called in (
        "eval",
        "exec",
        "torch.load",
        "st.html",
        "components.html",
        "st.components.v1.html",
    ):
        yield f"{called}()"
    for word in call.keywords:
        on = isinstance(word.value, ast.Constant) and word.value.value is True
        risky = (
            "unsafe_allow_html",
            "unsafe_allow_javascript",
            "trust_remote_code",
            "allow_pickle",
        )
        if word.arg in risky and on:
            yield f"{word.arg}=True"
