"""Every case of the catalogue has a test that names it."""

import ast
import re
from pathlib import Path

CASES = {f"c{number:02}" for number in range(1, 69)}


def test_every_case_from_c01_to_c68_has_a_test() -> None:
    named = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_c"):
                named |= set(re.findall(r"c\d\d", node.name))
    assert named == CASES
