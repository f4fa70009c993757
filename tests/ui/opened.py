"""Pages drawn in process: open one, read its verdict, find its buttons."""

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from settings import ROOT


def open_page(name: str, **ids: object) -> AppTest:
    """Draw one page of the whole application, with this address, and return it."""
    app = AppTest.from_file(str(ROOT / "ui" / "app.py"), default_timeout=60)
    app._page_hash = calc_hash("" if name == "home" else name)  # pages of functions have no path
    for key, value in ids.items():
        app.query_params[key] = str(value)
    return app.run()


def verdict(app: AppTest) -> str:
    (header,) = app.header  # one per page, and it is the verdict
    return header.value


def button(app: AppTest, key: str):
    return next(each for each in app.button if each.key == key)


def primary(app: AppTest) -> list[str]:
    return [each.label for each in app.button if each.proto.type == "primary"]


def cards(app: AppTest) -> dict[str, tuple[str, str]]:
    """Return {label: (value, note)} of the cards."""
    return {each.label: (each.value, each.proto.delta_description) for each in app.metric}


def charts(app: AppTest) -> dict[str, object]:
    """Return {alt: figure as JSON text} of the charts."""
    return {each.proto.alt: each.proto.spec for each in app.get("plotly_chart")}


def panels(app: AppTest) -> list[str]:
    return [each.value.replace("\\", "") for each in app.subheader]


def text(app: AppTest) -> str:
    """Return captions and paragraphs as they are read."""
    said = [*app.caption, *app.markdown]
    return "\n".join(each.value for each in said).replace("\\", "")
