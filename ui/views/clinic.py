"""Is this file healthy, and what is wrong with it? Look, fix with one click, use it."""

from backend import datasets, drafts
from backend.clinic import Checkup
from backend.dataset_view import Dataset
from ui.page import Page, go, id_in_address
from ui.parts import clinic_findings, clinic_health, clinic_waiting, dataset_facts
from ui.parts.clinic_aside import draw_aside
from ui.parts.column_roles import edit_columns
from ui.parts.skeleton import head
from ui.parts.trouble import errors_on_page, say_what_failed
from ui.parts.wording import plain

PAGE = Page("Clinic", ":material/stethoscope:", group="Data", order=15)
OTHER = ("Choose another file", ":material/upload_file:", "secondary", "other")


def render() -> None:
    """Draw the file the address names, or the files that wait."""
    number = id_in_address("dataset")
    if number is None:
        clinic_waiting.draw([dataset for dataset in datasets.list_all() if not dataset.is_ready])
        return
    dataset = datasets.get(number)
    checkup = clinic_health.look_over(dataset)
    if dataset.is_ready:
        draw_accepted(dataset, checkup)
    else:
        draw_draft(dataset, checkup)


def draw_draft(dataset: Dataset, checkup: Checkup) -> None:
    """Draw a file that can still be fixed."""
    use, other = head(
        "Clinic",
        plain(checkup.health.sentence),
        clinic_health.evidence(dataset),
        badges=[clinic_health.badge(checkup.health)],
        actions=[("Use this dataset", ":material/check:", "primary", "use"), OTHER],
        blocked={"use": checkup.blocked} if checkup.blocked else None,
    )
    say_what_failed()
    if other:
        go("upload")
    if use:
        accept(dataset)
    clinic_health.draw_sum(checkup.health, dataset.fraud_rate)
    if checkup.question:
        clinic_findings.draw_question(dataset, checkup.question)
    clinic_findings.draw_problems(dataset, checkup.problems, asks=checkup.question is not None)
    clinic_findings.draw_recipe(dataset)
    edit_columns(dataset)
    clinic_health.draw_weeks(checkup)
    dataset_facts.draw_first_rows(dataset)


def draw_accepted(dataset: Dataset, checkup: Checkup) -> None:
    """Draw what was decided about a file that is in use."""
    train, show = head(
        "Clinic",
        plain(checkup.health.sentence),
        clinic_health.evidence(dataset),
        badges=[("In use", ":material/check_circle:", "green")],
        actions=[
            ("Train on it", ":material/add:", "primary", "train"),
            ("See the dataset", ":material/table:", "secondary", "show"),
        ],
    )
    say_what_failed()
    if train:
        go("new_run", dataset=dataset.id)
    if show:
        go("datasets", dataset=dataset.id)
    clinic_health.draw_sum(checkup.health, dataset.fraud_rate)
    clinic_findings.draw_problems(dataset, checkup.problems)
    clinic_findings.draw_recipe(dataset)
    draw_aside(dataset)
    dataset_facts.draw_columns(dataset)


def accept(dataset: Dataset) -> None:
    """Keep the dataset as it is understood now, and go on to training."""
    with errors_on_page(afresh=True), clinic_health.bar() as tell:
        drafts.accept(dataset.id, tell)
    go("new_run", dataset=dataset.id)
