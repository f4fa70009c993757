"""What was decided about one file is there for the next with the same header."""

from backend import drafts, recipes
from backend.steps.columns import Role
from backend.steps.recipe import Fix, Kind, header_key
from tests.backend.bringing import bring, roles

HEADER = "account,amount,fee,is_fraud"
ROWS = "".join(f"c{i % 5},{i}.5,{i % 3},{i % 2}\n" for i in range(40))
FIRST, SECOND = f"{HEADER}\n{ROWS}", f"{HEADER}\n{ROWS}c1,2,2,1\n"
KEY = header_key(HEADER.split(","))
FEE = Fix(Kind.ROLE, "fee", Role.IGNORE)


def test_remembered_replaced_and_forgotten(each_house):
    assert recipes.known() == {}

    recipes.remember(KEY, "first.csv", [FEE])
    recipes.remember(KEY, "second.csv", [Fix(Kind.ROLE, "fee", Role.ID)])
    assert recipes.known() == {KEY: (Fix(Kind.ROLE, "fee", Role.ID),)}

    recipes.remember(KEY, "third.csv", [])
    recipes.remember(KEY, "third.csv", [])
    assert recipes.known() == {}


def test_a_fix_of_a_draft_is_remembered_and_undoing_it_forgets(house):
    draft = bring(FIRST)

    drafts.fix(draft.id, [FEE])
    assert recipes.known() == {KEY: (FEE,)}

    drafts.undo(draft.id, FEE)
    assert recipes.known() == {}


def test_the_next_file_with_this_header_gets_the_same_fixes(house):
    drafts.fix(bring(FIRST).id, [FEE])

    after = bring(SECOND)

    assert after.recipe == (FEE,)
    assert roles(after)["fee"] is Role.IGNORE
    assert roles(drafts.undo(after.id, FEE))["fee"] is Role.NUMBER
