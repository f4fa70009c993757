"""The Upload page: three ways in, and files on their way followed, asked about and given up."""

import io
from pathlib import Path

import pytest

import db
from backend import import_rows, imports
from backend.import_view import ImportState, question_to_plain
from backend.steps.checkup import Option, Question
from backend.steps.recipe import Fix, Kind
from tests.backend.importing import wait
from tests.ui.test_pages import button, open_page, primary, verdict

IN_WINDOWS = Fix(Kind.ENCODING, "", "windows-1252")
TEXT = "time,amount,merchant,is_fraud\n" + "".join(
    f"2024-01-{1 + n % 28:02d} 10:00:00,{n}.50,Shop {n % 5},{int(n % 50 == 0)}\n"
    for n in range(200)
)
QUESTION = Question(
    "encoding",
    "Is this file written in Windows-1252?",
    (
        Option("Yes, read it so", ("Caf\u00e9 *de* Paris",), (IN_WINDOWS,)),
        Option("No", (), ()),
    ),
)


def add(state: ImportState, **values: object) -> int:
    """Write down an import as a thread of another process would."""
    import_id = import_rows.add("cards [x](http://y).csv", "", 400)
    with db.transaction() as session:
        row = session.get(db.Import, import_id)
        for name, value in {"state": state, **values}.items():
            setattr(row, name, value)
    return import_id


def state(import_id: int) -> ImportState:
    return imports.get(import_id).state


def number(app, name: str) -> int:
    """Return the number of this name in the address."""
    value = app.query_params[name]
    return int(value[0] if isinstance(value, list) else value)


def said(app) -> str:
    words = [*app.markdown, *app.caption, *app.error]
    return " ".join(each.value for each in words).replace("\\", "")


@pytest.fixture
def incoming(house) -> Path:
    folder = house.resolve() / "incoming"
    folder.mkdir()
    (folder / "cards.csv").write_text(TEXT)
    return folder


def test_offers_three_ways_in(house):
    app = open_page("upload")
    assert verdict(app).startswith("Drop a CSV")
    assert primary(app) == ["Try it with sample transactions"]
    assert [each.value for each in app.subheader] == [
        "Your transactions",
        "From a folder or store",
        "No file at hand",
    ]
    assert "Up to 2 GiB" in said(app)


def test_a_dropped_file_is_followed_and_leads_to_the_clinic(house):
    app = open_page("upload")
    app.file_uploader[0].set_value(("cards.csv", TEXT.encode(), "text/csv")).run()
    started = number(app, "import")
    wait(started)
    assert state(started) is ImportState.DONE
    app.run()
    assert not app.exception
    assert number(app, "dataset") == imports.get(started).dataset_id


def test_a_refused_name_is_said_and_the_widget_is_empty_again(house):
    app = open_page("upload")
    app.file_uploader[0].set_value(("cards.csv.exe.csv.txt", b"", "text/csv")).run()
    assert not app.exception
    assert "ends in" in said(app) or "empty" in said(app)


def test_a_file_of_a_folder_is_taken(incoming):
    app = open_page("upload")
    app.selectbox(key="listed-file").select_index(0).run()
    assert "cards.csv (" in app.selectbox(key="listed-file").options[0]
    button(app, "import").click().run()
    started = number(app, "import")
    wait(started)
    assert state(started) is ImportState.DONE


def test_of_several_places_one_is_chosen_and_trouble_is_said(house, incoming, change):
    closed = "http://127.0.0.1:9"  # nothing listens there
    change(import_roots=f"{incoming};s3://bank/in", s3_endpoint=closed)
    app = open_page("upload")
    assert app.selectbox(key="import-root").options == [str(incoming), "s3://bank/in"]
    assert len(app.selectbox(key="listed-file").options) == 1
    app.selectbox(key="import-root").select_index(1).run()
    assert not app.exception
    assert "did not give s3://bank/in" in app.warning[0].value.replace("\\", "")


def test_an_address_elsewhere_is_refused_in_a_sentence(incoming):
    app = open_page("upload")
    app.text_input(key="typed-address").input("/etc/passwd").run()
    button(app, "import").click().run()
    assert "can be imported from" in app.error[0].value.replace("\\", "")
    assert imports.listed() == []


def test_a_reading_file_shows_how_far_it_is(house):
    app = open_page(
        "upload",
        **{
            "import": add(
                ImportState.READING, stage="Reading the rows", rows=1_234, rejected=5, share=0.5
            )
        },
    )
    assert verdict(app) == "1 file on the way in."
    assert "You can close this tab" in said(app)
    assert "cards [x](http://y).csv" in said(app)
    (bar,) = app.get("progress")
    assert bar.proto.text.startswith("Reading the rows · 1,234 rows · 5 put aside")
    assert bar.proto.value == 50


def test_cancel_ends_it(house):
    reading = add(ImportState.READING)
    button(open_page("upload"), f"cancel-import-{reading}").click().run()
    assert state(reading) is ImportState.CANCELLED


def test_a_question_is_asked_with_its_examples(house):
    asking = add(ImportState.ASKING, question=question_to_plain(QUESTION))
    app = open_page("upload", **{"import": asking})
    assert verdict(app).startswith("One question")
    assert "Is this file written in Windows-1252?" in said(app)
    assert "Caf\u00e9 *de* Paris" in said(app)
    button(app, f"answer-{asking}-1").click().run()
    assert not app.exception
    assert state(asking) is ImportState.FAILED  # the process that asked is gone


def test_a_failure_says_why_and_can_be_dismissed(house):
    failed = add(ImportState.FAILED, message="Line 7 holds a NUL byte.")
    app = open_page("upload", **{"import": failed})
    assert "Line 7 holds a NUL byte." in said(app)
    assert "Nothing of it was kept" in said(app)
    button(app, f"dismiss-import-{failed}").click().run()
    assert imports.listed() == []
    assert not app.exception


def test_an_import_that_is_not_here_is_said(house):
    app = open_page("upload", **{"import": 99})
    assert "There is no import 99" in app.error[0].value.replace("\\", "")


def test_the_same_bytes_lead_to_the_same_dataset(house):
    first, again = (imports.start(io.BytesIO(TEXT.encode()), "cards.csv") for _ in range(2))
    wait(first)
    wait(again)
    assert imports.get(first).dataset_id == imports.get(again).dataset_id
