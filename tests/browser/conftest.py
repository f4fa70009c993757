"""A running Touchstone and a real Chromium, for tests that look at pages as an analyst does."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from settings import ROOT, settings
from tests.browser.walking import MINUTE
from tests.launched import launched

ARTEFACTS = ROOT / "artefacts"
HOW_TO_GET_CHROMIUM = (
    f"There is no browser at {settings.chromium}. On Debian: apt install chromium. Elsewhere "
    "say where it is: TOUCHSTONE_CHROMIUM=/path/to/chromium make test"
)
expect.set_options(timeout=MINUTE)  # a run may be learning on every core
FLAGS = [  # no sandbox: tests may run as root in a container; the rest keeps Chromium off the net
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def touchstone() -> Iterator[str]:
    """Address of a whole house, started by up.py on a folder of its own and stopped after.

    Without automatic baselines: on its one worker the next test would wait for them.
    """
    with (
        tempfile.TemporaryDirectory(prefix="ts-") as parent,
        launched(Path(parent) / "data", TOUCHSTONE_AUTOMATIC_BASELINES="false") as house,
    ):
        house.wait_for("Touchstone is ready")
        yield house.address
        ARTEFACTS.mkdir(exist_ok=True)
        (ARTEFACTS / "house.log").write_text(house.printed())


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Missing: a skip that says how to get it; under CI a failure."""
    if not Path(settings.chromium).exists():
        stop = pytest.fail if settings.ci else pytest.skip
        stop(HOW_TO_GET_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=settings.chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser, touchstone: str) -> Iterator[Page]:
    """A fresh tab, with no cookies and no history, of a desk screen; it starts at the house."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900},
        base_url=touchstone,
        color_scheme="light",
        accept_downloads=True,
    )
    yield context.new_page()
    context.close()


@pytest.fixture
def keep(page: Page, request: pytest.FixtureRequest):
    """Return a function that keeps a screenshot: keep("upload") -> artefacts/<test>-upload.png."""

    def screenshot(name: str, full: bool = True) -> Path:
        ARTEFACTS.mkdir(exist_ok=True)
        path = ARTEFACTS / f"{request.node.name}-{name}.png"
        page.screenshot(path=path, full_page=full)
        return path

    return screenshot
