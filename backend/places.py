"""The queue as people see and arrange it: who waits before whom, and moving a run in between."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from backend import turns
from backend.errors import CannotMove, RunNotFound
from backend.run_view import Run, select_runs, to_run
from backend.states import RunState
from db import Run as RunRow
from db import transaction


def queued() -> list[Run]:
    """Return the runs that wait for a worker, in the queue's order; empty when none does."""
    with transaction(reading=True) as session:
        waiting = select_runs().where(RunRow.state == RunState.QUEUED)
        return [to_run(row) for row in session.execute(waiting.order_by(*turns.in_order()))]


def waiting_before(run_id: int) -> int:
    """Return how many queued runs stand before this one, 0 for one that does not wait."""
    with transaction(reading=True) as session:
        waiting = select(RunRow.id).where(RunRow.state == RunState.QUEUED)
        order = session.scalars(waiting.order_by(*turns.in_order())).all()
    return order.index(run_id) if run_id in order else 0


def prioritise(run_id: int, priority: int) -> None:
    """Give a waiting run a priority; higher ones go first, 0 is usual.

    Raises RunNotFound; CannotMove when the run waits no more.
    """
    with transaction() as session:
        _place(session, _waiting(session, run_id).id, priority=priority)


def move(run_id: int, before: int | None) -> None:
    """Put a waiting run right before another that waits, None: at the end of the queue.

    It takes over the priority of where it goes. Raises RunNotFound; CannotMove when one of
    the two waits no more, or when only one of them is a baseline.
    """
    with transaction() as session:
        mine = _waiting(session, run_id)
        others = [run for run in _line(session, mine.automatic) if run.id != run_id]
        index = len(others) if before is None else _index(others, before)
        if index == len(others) and not others:
            return
        priority = others[min(index, len(others) - 1)].priority
        place = _between(session, others, index)
        if place is None:
            _spread(session, others)
            others = [run for run in _line(session, mine.automatic) if run.id != run_id]
            place = _between(session, others, index)
        _place(session, run_id, priority=priority, place=place)


def _waiting(session: Session, run_id: int) -> Any:
    run = session.execute(
        select(RunRow.id, RunRow.state, RunRow.automatic).where(RunRow.id == run_id)
    ).one_or_none()
    if run is None:
        raise RunNotFound(run_id)
    if run.state != RunState.QUEUED:
        raise CannotMove("This run waits no more, so its place cannot change.")
    return run


def _line(session: Session, automatic: bool) -> list[Any]:
    waiting = select(RunRow.id, RunRow.priority, RunRow.place).where(
        RunRow.state == RunState.QUEUED, RunRow.automatic.is_(automatic)
    )
    return list(session.execute(waiting.order_by(*turns.in_order())).all())


def _index(others: list[Any], before: int) -> int:
    for index, run in enumerate(others):
        if run.id == before:
            return index
    raise CannotMove(
        "The run to go before waits no more, or is a baseline: those wait for everybody else. "
        "Look at the queue again, then choose another."
    )


def _between(session: Session, others: list[Any], index: int) -> float | None:
    """Return a place before the run at `index`; None when no number is left in between.

    One more than the highest number is where the next run that is launched will stand.
    """
    if index == len(others):
        low, high = others[-1].place, _next_number(session)
    else:
        high, same = others[index].place, others[index].priority
        above = others[index - 1] if index else None
        low = above.place if above and above.priority == same else high - 1
    middle = (low + high) / 2
    return middle if low < middle < high else None


def _spread(session: Session, others: list[Any]) -> None:
    """Give waiting runs whole numbers as places again, all below that of the next launch."""
    first = _next_number(session) - len(others)
    for offset, run in enumerate(others):
        _place(session, run.id, place=float(first + offset))


def _next_number(session: Session) -> int:
    return (session.scalar(select(func.max(RunRow.id))) or 0) + 1


def _place(session: Session, run_id: int, **values: Any) -> None:
    waiting = update(RunRow).where(RunRow.id == run_id, RunRow.state == RunState.QUEUED)
    session.execute(waiting.values(**values))
