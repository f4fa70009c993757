"""Files on their way in: read in a child process, followed in a table, kept as drafts.

An import belongs to this process: a thread waits for its turn, then watches the child that
reads. Pages look at its row, so that they can be closed and opened elsewhere meanwhile.
"""

import logging
import os
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO
from uuid import uuid4

from backend import addresses, drafts, import_rows, simulator, uploads
from backend.children import ChildFailed
from backend.dataset_view import Dataset
from backend.errors import FileRefused, QuestionAsked, Stopped, TouchstoneError
from backend.import_draft import read_in, sweep
from backend.import_rows import ANSWER_WITHIN, KEEPING, UNANSWERED, fail_the_silent
from backend.import_view import LIVE, Import, ImportState, question_to_plain
from backend.reading import ReadingTold
from backend.steps.checkup import Question
from backend.steps.file_names import shown_name
from backend.steps.recipe import Fix
from backend.uploads import Origin, Progress, silent
from settings import settings

SAMPLE_NAME, SAMPLE_ROWS, SAMPLE_SEED = "sample_transactions.csv", 50_000, 7
TOLD_EVERY, RENEWED_EVERY = 0.5, 5.0  # seconds between writes to the row
BROKE = "Something broke on our side. Nothing of the file was kept; start again."
REPLACED = (
    "The file changed while it was being read, so nothing of it was kept. Wait until whoever "
    "writes it has finished, then import it again."
)
log = logging.getLogger(__name__)
get, listed, dismiss = import_rows.get, import_rows.listed, import_rows.forget


@dataclass
class _Work:
    """One import of this process."""

    id: int
    origin: Origin
    name: str
    mark: str  # which version of the file at its address is meant; empty for a browser's
    fixes: tuple[Fix, ...] = ()
    cancelled: threading.Event = field(default_factory=threading.Event)
    patience: threading.Timer | None = None  # ends a question nobody answers
    written: float = 0.0  # when its row was last written, on the monotonic clock

    def is_due(self, seconds: float) -> bool:
        """True at most once in so many seconds."""
        due = time.monotonic() - self.written >= seconds
        if due:
            self.written = time.monotonic()
        return due


_at_work: dict[int, _Work] = {}
_room = threading.BoundedSemaphore(settings.imports_at_once)


def receive(
    file: BinaryIO, file_name: str, progress: Progress = silent, fixes: tuple[Fix, ...] = ()
) -> Dataset:
    """Read a file and return its draft; the same bytes again give the dataset that is there.

    Raises FileRefused with the line and a way out where the file is not a table of
    transactions, and QuestionAsked where `fixes` do not answer how it is written; nothing of
    it is kept then.
    """
    name = shown_name(file_name)
    origin = uploads.remember(file, settings.upload_limit, name)
    progress(0.0, "Reading the file")
    try:
        return read_in(origin, name, fixes, lambda told: progress(told.share, told.stage))
    finally:
        origin.close()


def receive_sample(progress: Progress = silent) -> Dataset:
    """Simulate 50,000 transactions, receive and accept them: ready to train on.

    Pressed twice it is one dataset: the simulator is seeded.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / SAMPLE_NAME
        progress(0.0, "Simulating transactions")
        simulator.write_csv(path, SAMPLE_ROWS, SAMPLE_SEED)
        with path.open("rb") as file:
            dataset = receive(file, SAMPLE_NAME, progress)
    return drafts.accept(dataset.id, progress)


def start(file: BinaryIO, file_name: str) -> int:
    """Take over a file a browser sent, begin to read it, and return the import's id.

    Raises FileRefused at once for a file over the upload limit or one that is no CSV by name.
    """
    name = shown_name(file_name)
    return _begin(uploads.remember(file, settings.upload_limit, name), name, mark="")


def start_address(address: str) -> int:
    """Begin to read a file by its path or URL, and return the import's id.

    Raises FileRefused at once for an address below no allowed root and a file that is not there.
    """
    address = address.strip()
    name, mark = shown_name(addresses.name_of(address)), addresses.mark_of(address)
    origin = Origin(name, address, addresses.size_of(address))
    if not addresses.is_remote(address):  # opened here, where it was checked
        with addresses.open_address(address) as file:
            origin = replace(origin, handle=os.dup(file.fileno()))
    return _begin(origin, name, mark)


def under_way() -> list[Import]:
    """Return the imports that wait, are read or ask, newest first."""
    return [each for each in listed() if each.is_live]


def cancel(import_id: int) -> None:
    """Call off an import: its child ends within a second, and nothing is kept.

    One that is over, or whose dataset is just being kept, stays as it is.
    """
    work = _at_work.get(import_id)
    if import_rows.cancel(import_id) and work is not None:
        work.cancelled.set()
        if work.patience is not None:
            _let_go(work)


def answer(import_id: int, option: int) -> None:
    """Go on with the answer to an import's question: the number of one of its options.

    An option without fixes means that the file is not read. Raises TouchstoneError when nothing
    is asked, or no longer.
    """
    asked, work = get(import_id), _at_work.get(import_id)
    if asked.question is None or not 0 <= option < len(asked.question.options):
        raise TouchstoneError("This import asks nothing now. Look at it again.")
    if work is None or work.patience is None:  # asked by a process that is gone
        _fail(import_id, UNANSWERED)
        return
    chosen = asked.question.options[option]
    if not chosen.fixes:
        _let_go(work)
        _fail(import_id, f'Nothing was kept, because you chose "{chosen.label}".')
    elif import_rows.move(
        import_id, [ImportState.ASKING], state=ImportState.WAITING, question=None, share=0.0
    ):
        work.patience.cancel()
        work.patience, work.fixes = None, (*work.fixes, *chosen.fixes)
        _go(work)


def _begin(origin: Origin, name: str, mark: str) -> int:
    _sweep()
    import_id = import_rows.add(name, origin.address, origin.size)
    _at_work[import_id] = work = _Work(import_id, origin, name, mark)
    _go(work)
    return import_id


def _go(work: _Work) -> None:
    threading.Thread(target=_follow, args=(work,), name=f"import-{work.id}", daemon=True).start()


def _follow(work: _Work) -> None:
    """Take one import from waiting to its end, or to a question. Runs in its own thread."""
    asks = False
    try:
        _wait_for_room(work)
        try:
            dataset = _read_with_row(work)
        finally:
            _room.release()
        import_rows.move(
            work.id, LIVE, state=ImportState.DONE, stage="", share=1.0, dataset_id=dataset.id
        )
    except QuestionAsked as asked:
        asks = True  # from here on it may be another thread's: the answer begins one
        _ask(work, asked.question)
    except Stopped:
        pass  # its row says so already
    except ChildFailed as error:
        number = uuid4().hex[:8]
        log.error("error %s while reading: %s", number, error)
        _fail(work.id, f"{BROKE} It has been logged as {number}.")
    except TouchstoneError as error:
        _fail(work.id, str(error))
    finally:
        if not asks:
            _let_go(work)
            _fail(work.id, BROKE)  # whatever it was, nobody waits for it any longer


def _wait_for_room(work: _Work) -> None:
    while not _room.acquire(timeout=TOLD_EVERY):
        _renew(work)
        if work.cancelled.is_set():
            raise Stopped("Waiting was cancelled.")
    if not import_rows.move(work.id, [ImportState.WAITING], state=ImportState.READING):
        _room.release()
        raise Stopped("Waiting was cancelled.")


def _read_with_row(work: _Work) -> Dataset:
    def stopped() -> bool:
        _renew(work)
        return work.cancelled.is_set()

    def keep() -> None:
        if work.mark and addresses.mark_of(work.origin.address) != work.mark:
            raise FileRefused(REPLACED)
        if not import_rows.move(work.id, [ImportState.READING], stage=KEEPING):
            raise Stopped("Reading was cancelled.")

    return read_in(
        work.origin, work.name, work.fixes, lambda told: _tell(work, told), stopped, keep
    )


def _tell(work: _Work, told: ReadingTold) -> None:
    if work.is_due(TOLD_EVERY) and not import_rows.move(
        work.id,
        [ImportState.READING],
        stage=told.stage,
        bytes_done=told.bytes_done,
        bytes_total=told.bytes_total or work.origin.size,
        rows=told.rows,
        rejected=told.rejected,
        share=min(max(told.share, 0.0), 1.0),
    ):
        work.cancelled.set()  # from another process


def _renew(work: _Work) -> None:
    if work.is_due(RENEWED_EVERY) and not import_rows.move(work.id, LIVE):
        work.cancelled.set()


def _ask(work: _Work, question: Question) -> None:
    work.patience = threading.Timer(ANSWER_WITHIN.total_seconds(), _give_up, [work])
    work.patience.daemon = True
    work.patience.start()
    asked = {"state": ImportState.ASKING, "stage": "", "question": question_to_plain(question)}
    if not import_rows.move(work.id, [ImportState.READING], **asked):
        _let_go(work)


def _give_up(work: _Work) -> None:
    _let_go(work)
    _fail(work.id, UNANSWERED)


def _let_go(work: _Work) -> None:
    """Forget the file of an import; twice is the same as once."""
    if work.patience is not None:
        work.patience.cancel()
    if _at_work.pop(work.id, None) is not None:
        work.origin.close()


def _fail(import_id: int, why: str) -> None:
    import_rows.move(
        import_id, LIVE, state=ImportState.FAILED, stage="", question=None, message=why
    )


def _sweep() -> None:
    """Remove what imports that were cut off left behind, on disk and in the table."""
    fail_the_silent()
    import_rows.forget_old()
    sweep()
