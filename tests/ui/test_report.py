"""The report as one file: it needs nothing, sends nothing, and shows every word as a word."""

import ast
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pandas as pd
import plotly.graph_objects as go
import pytest

from settings import ROOT
from ui.charts.ink import CONFIG
from ui.report import Part, page

NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)>"
MADE = datetime(2026, 11, 26, 9, 12, tzinfo=UTC)


class Reader(HTMLParser):
    """What a browser would see: tags with their attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] not in ("script", "style"):
            self.text += data


def figure(name: str = "run") -> go.Figure:
    return go.Figure(go.Scatter(x=[1, 2], y=[3, 4], name=name))


def made(*parts: Part, title: str = "Compared") -> str:
    return page(title, "Run B costs less.", "7,500 rows", MADE, parts).decode()


def configs(html: str) -> list[dict[str, object]]:
    """The options of every chart, as the file hands them to Plotly."""
    last = r"Plotly\.newPlot\(.*?(\{[^{}]*\"showSendToCloud\"[^{}]*\}|\{[^{}]*\})\s*\)"
    return [json.loads(found) for found in re.findall(last, html, flags=re.S)]


class TestCharts:
    def test_the_button_that_uploads_a_chart_is_off_in_each(self):
        html = made(Part("One", figure=figure()), Part("Two", figure=figure()))
        chosen = [each for each in configs(html) if "displaylogo" in each]
        assert len(chosen) == 2
        assert all(each["showSendToCloud"] is False for each in chosen)
        assert html.count('"showSendToCloud": false') == 2
        assert '"showSendToCloud": true' not in html

    def test_plotly_stands_inside_once(self):
        html = made(Part("One", figure=figure()), Part("Two", figure=figure()))
        assert html.count("plotly.js v") == 1
        assert html.count("Plotly.newPlot(") >= 2
        assert len(html) < 6_000_000

    def test_without_a_chart_there_is_no_plotly(self):
        assert "plotly.js v" not in made(Part("Words", lines=("Only words.",)))

    def test_each_is_said_in_words(self):
        (chart,) = [
            each
            for tag, each in Reader(made(Part("One", figure=figure(), alt="A rises."))).tags
            if each.get("role") == "img"
        ]
        assert chart["aria-label"] == "A rises."


DRAWS = {"plotly_chart", "to_html", "write_html"}  # what hands a figure to a browser


def test_every_figure_that_leaves_us_has_the_button_off():
    handed = [
        (path, call)
        for path in sorted((ROOT / "ui").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and ast.unparse(call.func).rsplit(".", 1)[-1] in DRAWS
    ]
    assert {path.name for path, _ in handed} == {"chart.py", "report.py"}
    for path, call in handed:
        (config,) = [ast.unparse(word.value) for word in call.keywords if word.arg == "config"]
        assert "CONFIG" in config, path
    assert CONFIG["showSendToCloud"] is False


class TestSafety:
    def test_no_address_is_named_that_a_browser_would_ask(self):
        tags = Reader(made(Part("One", figure=figure()), Part("T", table=frame()))).tags
        assert not [each for tag, each in tags if {"src", "href", "action"} & set(each)]
        assert not [tag for tag, _ in tags if tag in ("link", "iframe", "object", "embed", "base")]

    def test_a_policy_forbids_every_address(self):
        (policy,) = [
            each["content"]
            for tag, each in Reader(made()).tags
            if tag == "meta" and each.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policy.startswith("default-src 'none'") and "http" not in policy

    @pytest.mark.parametrize(
        "part",
        [
            Part(NASTY),
            Part("t", note=NASTY),
            Part("t", lines=(NASTY,)),
            Part("t", table=pd.DataFrame({NASTY: [NASTY]})),
            Part("t", figure=figure(NASTY), alt=NASTY),
        ],
        ids=["title", "note", "lines", "table", "chart"],
    )
    def test_no_word_becomes_markup(self, part):
        read = Reader(made(part, title=NASTY))
        assert not [tag for tag, _ in read.tags if tag == "img"]
        scripts = sum(tag == "script" for tag, _ in read.tags)
        assert scripts == sum(tag == "script" for tag, _ in Reader(made(clean(part))).tags)


class TestTables:
    def test_a_mark_is_drawn_and_every_other_cell_is_text(self):
        html = made(Part("T", table=frame(), right=("Cost",)))
        assert "<svg" in html and "&lt;b&gt;" in html
        assert '<td class="number">€10</td>' in html and "<td>&lt;b&gt;A&lt;/b&gt;</td>" in html


def frame() -> pd.DataFrame:
    return pd.DataFrame({"Mark": ["<svg></svg>"], "Run": ["<b>A</b>"], "Cost": ["€10"]})


def clean(part: Part) -> Part:
    return Part("t", figure=figure() if part.figure is not None else None)


def test_says_when_it_was_made():
    assert "Made by Touchstone, 2026-11-26 09:12 UTC." in Reader(made()).text
