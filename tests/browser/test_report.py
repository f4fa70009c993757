"""The report of a comparison, opened offline in a real browser: it draws, and asks nobody."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.reporting import report


@pytest.fixture
def file(house, tmp_path: Path) -> Path:
    path = tmp_path / "report.html"
    path.write_bytes(report())
    return path


def test_opens_offline_asks_nobody_and_offers_no_upload(chromium: Browser, file: Path) -> None:
    context = chromium.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.goto(file.as_uri())
    charts = page.locator(".js-plotly-plot")
    expect(charts).to_have_count(2)
    expect(charts.first.locator("svg.main-svg").first).to_be_visible()
    charts.first.hover()
    buttons = page.locator(".modebar-btn").evaluate_all(
        "all => all.map(each => (each.dataset.title || '') + (each.dataset.attr || ''))"
    )
    assert any("png" in each.lower() for each in buttons)
    assert not [each for each in buttons if "cloud" in each.lower() or "share" in each.lower()]
    assert [each for each in asked if not each.startswith(("file:", "data:", "blob:"))] == []
    assert faults == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
