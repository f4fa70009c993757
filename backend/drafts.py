"""Drafts: files that were understood, changed by the analyst until they are accepted."""

from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import pandas as pd
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

import db
from backend import acceptance, pictures, previews, recipes, store, uploads
from backend.dataset_view import DRAFT, READY, Dataset, stored, view
from backend.errors import FileRefused, TouchstoneError
from backend.reading import Understanding
from backend.steps import cards, lines, questions, recipe
from backend.steps.canonical import Summary, canonical, explain_time, summarise
from backend.steps.checkup import Problem, Question, Severity
from backend.steps.columns import Column, to_plain
from backend.steps.duck import Table, open_duck
from backend.steps.faults import UNKNOWN_LABEL
from backend.steps.faults import problems as fault_problems
from backend.steps.folder import LINES, open_table
from backend.steps.normalise import cell
from backend.steps.notes import problems as note_problems
from backend.steps.outline import Outline
from backend.steps.recipe import Fix, Kind, with_fix
from backend.steps.values import words
from backend.uploads import Progress, silent
from db import now, transaction

LONGEST_NAME, LONGEST_FILE_NAME = 200, 300  # characters the table holds
EXAMINED = 16  # drafts whose faults are remembered


def add(folder: Path, file_name: str, found: Understanding, sealed_as: str) -> Dataset:
    """Keep what was understood of a file as a draft, and `folder` as the draft's own.

    The same bytes again give the dataset that is there already, draft or ready; `folder` is
    left where it is then.
    """
    known = with_hash(found.content_hash)
    if known is not None:
        return known
    try:
        with transaction() as session:
            row = _new_row(file_name, found, sealed_as)
            row.created_at = now(session)
            session.add(row)
            session.flush()  # from here on the hash is ours, and with it the folder
            home = uploads.folder_of(found.content_hash)
            uploads.discard(home)
            folder.rename(home)
            added = view(row)
    except IntegrityError:  # the same bytes arrived twice at once; the other was first
        known = with_hash(found.content_hash)
        if known is None:
            raise
        return known
    if found.fixes:
        recipes.remember(found.header_key, added.file_name, found.fixes)
    return added


def with_hash(content_hash: str) -> Dataset | None:
    """Return the dataset made of these bytes; None when there is none."""
    with transaction(reading=True) as session:
        row = session.scalar(select(db.Dataset).where(db.Dataset.content_hash == content_hash))
        return None if row is None else view(row)


def fix(dataset_id: int, fixes: Sequence[Fix]) -> Dataset:
    """Decide something about a draft, count it anew, and remember it for files like it.

    A second label or amount takes the place of the first; a second time does too, unless
    both are parts of one date. Raises TouchstoneError when the dataset is accepted already
    and for a fix that does not fit it.
    """
    with uploads.alone(_folder(dataset_id)):
        dataset = _get(dataset_id)
        _refuse_accepted(dataset)
        decided = dataset.recipe
        for new in fixes:
            if fault := recipe.misfit(new, dataset.columns):
                raise TouchstoneError(f"{dataset.name}: {fault}")
            decided = with_fix(decided, new)
        return _decide(dataset, decided)


def undo(dataset_id: int, fix: Fix) -> Dataset:
    """Take a decision about a draft back: what was guessed stands again."""
    with uploads.alone(_folder(dataset_id)):
        dataset = _get(dataset_id)
        _refuse_accepted(dataset)
        return _decide(dataset, tuple(one for one in dataset.recipe if one != fix))


def question(dataset_id: int) -> Question | None:
    """Return what only the analyst knows about a draft; None where nothing is open."""
    dataset = _get(dataset_id)
    return None if dataset.is_ready else _examined(dataset)[0]


def faults(dataset_id: int) -> list[Problem]:
    """Return what is wrong with the values of a draft, and what was decided about them.

    One problem per reason and column. Empty for an accepted dataset. Takes seconds on
    millions of rows; asked again without a change, it is remembered.
    """
    dataset = _get(dataset_id)
    return [] if dataset.is_ready else list(_examined(dataset)[1])


def accept(dataset_id: int, progress: Progress = silent) -> Dataset:
    """Write a draft as typed Parquet, and the rows put aside beside it; call it ready.

    The upload is deleted. An accepted dataset is returned as it is. Raises TouchstoneError
    while a question is open, and FileRefused, naming column and line, while a problem blocks;
    the draft stays then, so that it can be changed.
    """
    folder = _folder(dataset_id)
    with uploads.alone(folder):
        dataset = _get(dataset_id)
        if dataset.is_ready:
            return dataset
        progress(0.0, "Checking values")
        _refuse_unfit(dataset)
        progress(0.4, "Storing the transactions")
        kept = acceptance.store(dataset, folder)
        with transaction() as session:
            row = stored(session, dataset_id)
            _count(row, kept.summary, _rejected(dataset, kept.summary))
            row.uncovered = [list(period) for period in kept.uncovered]
            row.state = READY
            accepted = view(row)
        uploads.discard(folder)
    progress(0.8, "Drawing its pictures")
    pictures.paint(dataset_id)
    progress(1.0, "Done")
    return accepted


def preview(dataset_id: int, rows: int = 5) -> pd.DataFrame:
    """Return the first rows as text under the file's own headers, identifiers masked.

    A draft shows every column; a ready dataset those that are kept.
    """
    dataset = _get(dataset_id)
    if dataset.is_ready:
        return previews.of_ready(
            store.fetched(dataset.parquet), dataset.columns, dataset.clock, rows
        )
    return previews.of_draft(_folder(dataset_id), dataset.columns, rows)


def _examined(dataset: Dataset) -> tuple[Question | None, tuple[Problem, ...]]:
    folder = _folder(dataset.id)
    summary = Summary(dataset.rows, dataset.frauds, dataset.unlabelled)
    return _looked_at(folder, dataset.columns, dataset.recipe, summary, dataset.currency)


@lru_cache(maxsize=EXAMINED)
def _looked_at(
    folder: Path,
    columns: tuple[Column, ...],
    fixes: tuple[Fix, ...],
    summary: Summary,
    currency: str,
) -> tuple[Question | None, tuple[Problem, ...]]:
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        typed = canonical(table, columns, fixes)
        outline = Outline(table, columns, typed, lines.stored(folder / LINES).of)
        found = list(fault_problems(outline, fixes))
        said = not any(problem.key.startswith(UNKNOWN_LABEL) for problem in found)
        found += note_problems(outline, fixes, summary if said else None, currency)
        asked = questions.written(table, columns, typed)
        if asked is None and (asked := questions.labels(table, columns, fixes)):
            found = [problem for problem in found if not problem.key.startswith(UNKNOWN_LABEL)]
        return asked, tuple(found)


def _refuse_unfit(dataset: Dataset) -> None:
    asked, found = _examined(dataset)
    if asked is not None:
        raise TouchstoneError(f"{asked.prompt} Say so first, then {dataset.name} can be used.")
    for problem in found:
        if problem.severity is Severity.BLOCKING:
            line = f", line {problem.examples[0].line:,}" if problem.examples else ""
            raise FileRefused(f'Column "{problem.column}"{line}: {problem.title}. {problem.detail}')


def _decide(dataset: Dataset, fixes: tuple[Fix, ...]) -> Dataset:
    folder = _folder(dataset.id)
    chosen = {one.column for one in fixes if one.kind is Kind.ROLE}
    places = {
        column.name: place
        for place, column in enumerate(dataset.columns)
        if column.guess or column.name in chosen
    }
    with open_duck(folder) as connection:
        table = open_table(connection, folder)
        examples = {name: _first_value(table, place) for name, place in places.items()}
        columns = recipe.apply(fixes, dataset.columns, examples)
        typed = canonical(table, columns, fixes)
        columns = explain_time(columns, typed)
        summary = summarise(table, typed)
    with transaction() as session:
        row = stored(session, dataset.id)
        row.columns, row.clock = to_plain(columns), typed.clock.kind
        row.recipe = recipe.to_plain(fixes)
        _count(row, summary, _rejected(dataset, summary))
        changed = view(row)
    key = recipe.header_key([column.name for column in columns])
    recipes.remember(key, dataset.file_name, fixes)
    return changed


def _refuse_accepted(dataset: Dataset) -> None:
    if dataset.is_ready:
        raise TouchstoneError(f"{dataset.name} is accepted: its columns can no longer change.")


def _get(dataset_id: int) -> Dataset:
    with transaction(reading=True) as session:
        return view(stored(session, dataset_id))


def _folder(dataset_id: int) -> Path:
    return uploads.folder_of(_get(dataset_id).content_hash)


def _new_row(file_name: str, found: Understanding, sealed_as: str) -> db.Dataset:
    file_name = cards.replace(file_name, lambda _digits: cards.HIDDEN)
    row = db.Dataset(
        name=(Path(file_name).stem or file_name)[:LONGEST_NAME],
        file_name=file_name[:LONGEST_FILE_NAME],
        state=DRAFT,
        content_hash=found.content_hash,
        bytes=found.bytes,
        dialect=found.dialect,
        columns=to_plain(found.columns),
        blank_lines=found.blank_lines,
        recipe=recipe.to_plain(found.fixes),
        protected=found.protected,
        read_as=found.read_as,
        sealed_as=sealed_as,
        clock=found.clock,
        currency=found.currency,
    )
    _count(row, found.summary, found.rejected)
    return row


def _rejected(dataset: Dataset, summary: Summary) -> int:
    """Return the rows the reader turned away: what is in the file and not in the text table."""
    return dataset.rows + dataset.quarantined - summary.rows - summary.aside


def _count(row: db.Dataset, summary: Summary, rejected: int) -> None:
    counted = asdict(summary)
    row.quarantined = rejected + counted.pop("aside")
    for name, value in counted.items():
        setattr(row, name, value)


def _first_value(table: Table, place: int) -> str:
    text = words(cell(place))
    found = table.rows(text, f"{text} IS NOT NULL", "LIMIT 1")
    return str(found[0][0]) if found else ""
