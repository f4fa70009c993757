"""No dead controls: the value of every widget of the pages is read by somebody.

The rule behind it: a threshold slider that nobody read was found in a published product by a
test like this one. A value counts as read when it is used where the widget stands, when its
key is read from the session, or when whoever is handed the value uses it.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from settings import ROOT

if TYPE_CHECKING:
    from tests.house_rules import Source

VALUES = {
    "audio_input", "camera_input", "chat_input", "checkbox", "color_picker", "data_editor",
    "date_input", "datetime_input", "feedback", "file_uploader", "multiselect", "number_input",
    "pagination", "pills", "radio", "segmented_control", "select_slider", "selectbox", "slider",
    "text_area", "text_input", "time_input", "toggle",
}  # fmt: skip
IN_A_TABLE = "ButtonColumn"  # says under its key alone that it was pressed
PRESSED = {"button", "form_submit_button", "menu_button", IN_A_TABLE}
READS = ("st.session_state.get", "st.session_state.pop")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
ONLY_WITH = {"head": "actions"}  # hands nothing on without it


def controls_are_read(source: "Source") -> Iterator[str]:
    """Nothing on a page can be set, chosen or pressed in vain."""
    if source.room != "ui":
        return
    parents = {
        child: node for node in ast.walk(source.tree) for child in ast.iter_child_nodes(node)
    }
    known = _handing_on(source.tree)
    imported = dict(_imported(source.tree))
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        if _is_widget(node):
            said = _name(node) != IN_A_TABLE and _is_used(node, parents)
            if not (said or _acts(node) or _key_is_read(node, source.tree)):
                yield f"{node.lineno}: nobody reads what {_name(node)} says"
        elif _hands_on(node, known, imported) and not _is_used(node, parents):
            yield f"{node.lineno}: {ast.unparse(node.func)} hands on a value that is dropped"


def _is_widget(call: ast.Call) -> bool:
    if _name(call) == "dataframe":
        chosen = _keyword(call, "on_select")
        return chosen is not None and not _is_word(chosen)
    return isinstance(call.func, ast.Attribute) and _name(call) in VALUES | PRESSED


def _acts(call: ast.Call) -> bool:
    """True for a button whose press calls something; a value set is to be read as well."""
    pressed = _keyword(call, "on_click")
    return _name(call) in PRESSED and pressed is not None and not _is_word(pressed)


def _key_is_read(call: ast.Call, tree: ast.AST) -> bool:
    key = _keyword(call, "key")
    if key is None:
        return False
    handed = _keyword(call, "args")
    if handed is not None and any(ast.dump(part) == ast.dump(key) for part in ast.walk(handed)):
        return True
    return any(ast.dump(read) == ast.dump(key) for read in _session_reads(tree))


def _session_reads(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            if ast.unparse(node.value) == "st.session_state":
                yield node.slice
        elif isinstance(node, ast.Call) and node.args and ast.unparse(node.func) in READS:
            yield node.args[0]


def _is_used(call: ast.Call, parents: dict[ast.AST, ast.AST]) -> bool:
    """True when the value goes anywhere but into a name that is never looked at."""
    parent = parents[call]
    while isinstance(parent, ast.IfExp | ast.ListComp | ast.List | ast.Tuple | ast.DictComp):
        parent = parents[parent]
    if isinstance(parent, ast.Expr):
        return False
    if isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        if any(isinstance(each, ast.Attribute | ast.Subscript) for each in targets):
            return True  # kept in an attribute or under a key
        names = {n.id for each in targets for n in ast.walk(each) if isinstance(n, ast.Name)}
        around = ast.walk(_around(parent, parents))
        return names <= {n.id for n in around if isinstance(n, ast.Name) and _is_load(n)}
    return True


def _handing_on(tree: ast.AST) -> set[str]:
    """Names of functions of a file that return what a widget says."""
    found = set()
    for function in ast.walk(tree):
        if isinstance(function, FUNCTIONS):
            said = {
                name.id
                for node in ast.walk(function)
                if isinstance(node, ast.Assign | ast.AnnAssign) and _holds_widget(node.value)
                for name in ast.walk(node)
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
            }
            for node in ast.walk(function):
                if isinstance(node, ast.Return) and node.value is not None:
                    names = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
                    if names & said or _holds_widget(node.value):
                        found.add(function.name)
    return found


def _holds_widget(value: ast.AST | None) -> bool:
    return value is not None and any(
        isinstance(node, ast.Call) and _is_widget(node) for node in ast.walk(value)
    )


def _hands_on(call: ast.Call, known: set[str], imported: dict[str, tuple[str, str]]) -> bool:
    """True for a call of a function, of this file or of another, that returns a widget's value."""
    needed = ONLY_WITH.get(_name(call))
    if needed is not None and _keyword(call, needed) is None:
        return False
    if isinstance(call.func, ast.Name):
        module, name = imported.get(call.func.id, ("", call.func.id))
        return name in (_of_module(module) if module else known)
    if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        module, name = imported.get(call.func.value.id, ("", ""))
        return bool(module) and call.func.attr in _of_module(f"{module}.{name}")
    return False


def _imported(tree: ast.AST) -> Iterator[tuple[str, tuple[str, str]]]:
    """Local name -> (module, name there) of what a file takes from other files of ui."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ui"):
            for alias in node.names:
                yield alias.asname or alias.name, (str(node.module), alias.name)


@lru_cache
def _of_module(module: str) -> frozenset[str]:
    path: Path = ROOT / (module.replace(".", "/") + ".py")
    return frozenset(_handing_on(ast.parse(path.read_text()))) if path.is_file() else frozenset()


def _around(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> ast.AST:
    while node in parents and not isinstance(node, FUNCTIONS):
        node = parents[node]
    return node


def _is_load(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _is_word(value: ast.expr) -> bool:
    """True for "ignore" and "rerun", which call nothing."""
    return isinstance(value, ast.Constant)


def _name(call: ast.Call) -> str:
    return ast.unparse(call.func).rsplit(".", 1)[-1]


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((word.value for word in call.keywords if word.arg == name), None)
