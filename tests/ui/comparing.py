"""What the tests of the Compare page share: its furnished house, and how a page is read."""

from db import Point, Run, now, transaction

A, B, C, TWIN = 1, 2, 3, 4  # runs of the furnished house; C is clearly better than A


def add_losses(run_id: int) -> None:
    with transaction() as session:
        for step in range(1, 31):
            where = {"run_id": run_id, "attempt": 1, "part": "validation", "step": step}
            session.add(Point(**where, loss=1 / step, at=now(session)))


def change(run_id: int, **values: object) -> None:
    with transaction() as session:
        for name, value in values.items():
            setattr(session.get(Run, run_id), name, value)


def address(app, name: str) -> str:
    """What stands under a name in the address; AppTest gives lists for what a page left alone."""
    found = app.query_params[name]
    return found[0] if isinstance(found, list) else found


def captions(app) -> str:
    return " ".join(each.value for each in app.caption).replace("\\", "")


def table(app, column: str):
    (found,) = [each.value for each in app.dataframe if column in each.value.columns]
    return found
