"""Errors an analyst can act on: what happened, what was kept, what to do next."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.steps.checkup import Question


class TouchstoneError(Exception):
    """Something went wrong that the analyst can understand and mend."""


class DatasetNotFound(TouchstoneError):
    """There is no dataset with this number. It may have been deleted; choose another."""

    def __init__(self, dataset_id: int) -> None:
        super().__init__(f"There is no dataset {dataset_id}. It may have been deleted.")


class FileRefused(TouchstoneError):
    """A file cannot become a dataset; the message says where and what to do."""


class ImportNotFound(TouchstoneError):
    """There is no import with this number."""

    def __init__(self, import_id: int) -> None:
        super().__init__(f"There is no import {import_id}. It is over and no longer listed.")


class Stopped(TouchstoneError):
    """The analyst cancelled what was under way; nothing of it was kept."""


class QuestionAsked(TouchstoneError):
    """A file cannot be read before the analyst answers `question`; nothing of it was kept."""

    def __init__(self, question: "Question") -> None:
        super().__init__(question)
        self.question = question

    def __str__(self) -> str:
        return self.question.prompt


class NotTrainable(TouchstoneError):
    """A dataset cannot be learned from as it is: one class only, too few frauds, no label."""


class OptionsRefused(TouchstoneError):
    """A run was asked for with options its family does not take."""


class RunNotFound(TouchstoneError):
    """There is no run with this number."""

    def __init__(self, run_id: int) -> None:
        super().__init__(f"There is no run {run_id}. Choose one from the list.")


class CannotMove(TouchstoneError):
    """A run cannot be put there: it waits no more, or the run it was to go before does not."""


class ModelNotReady(TouchstoneError):
    """The run has no finished model yet, so it cannot score."""


class PastGone(TouchstoneError):
    """What happened before is no longer kept beside the dataset that a model learned from."""

    def __init__(self) -> None:
        super().__init__(
            "This model looks at what happened before, and that is no longer kept beside its "
            "dataset. Score the whole dataset with this run once: that computes it anew."
        )


class TransactionRefused(TouchstoneError):
    """A transaction typed by hand holds a value that cannot be read."""


class FileDamaged(TouchstoneError):
    """A stored file differs from what was written."""


class FileGone(TouchstoneError):
    """A stored file is neither on this machine nor in the store."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"{name} is neither on this machine nor in the store that machines share. It may "
            "have been deleted; choose another."
        )


class StoreAway(TouchstoneError):
    """The store that machines share does not answer."""

    def __init__(self) -> None:
        super().__init__(
            "The store of files does not answer. Check that TOUCHSTONE_STORE_URL can be reached "
            "from here and that the AWS_* keys may read and write it, then try again."
        )
