"""A house with judged runs in it, for pages that show several of them."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backend.judging import Cards, cards, finished
from tests.conftest import set_setting
from tests.ui.comparing import TWIN, A, B, C


@pytest.fixture(scope="session")
def judged_house(migrated_sqlite) -> Iterator[tuple[Path, Cards]]:
    """A data folder with four judged runs; tests copy it, which beats judging them anew."""
    folder = Path(tempfile.mkdtemp(prefix="ts-"))
    shutil.copy(migrated_sqlite, folder / "touchstone.db")
    with pytest.MonkeyPatch.context() as patch:
        set_setting(patch, data=folder, database_url="", broker_url="")
        drawn = cards(rows=8_000, share=0.04)
        made = [finished(drawn, skill, seed) for seed, skill in enumerate((1.3, 1.8, 2.3))]
        made.append(finished(drawn, 2.3, seed=2, key="twin"))
    assert made == [A, B, C, TWIN]
    yield folder, drawn
    shutil.rmtree(folder)


@pytest.fixture
def on(house, judged_house) -> Cards:
    """Cards with run C clearly better than run A, and a twin of run C."""
    folder, drawn = judged_house
    shutil.copytree(folder, house, dirs_exist_ok=True)
    return drawn
