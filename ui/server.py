"""The ASGI application: Streamlit behind the gate, and two routes beside the pages.

Start it from the root with `python -m uvicorn ui.server:app`.
"""

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from streamlit import config
from streamlit.starlette import App

from backend import scoring
from backend.errors import ModelNotReady, RunNotFound, TouchstoneError
from settings import ROOT, settings
from ui.gate import Gate
from ui.parts.trouble import explain

LARGEST_TRANSACTION = 64 * 1024  # bytes of one JSON transaction
STATUS = {RunNotFound: 404, ModelNotReady: 409}  # any other refusal is 422


async def healthz(_request: Request) -> Response:
    """Say that this process answers; it touches neither database nor files."""
    return PlainTextResponse("ok")


async def score(request: Request) -> Response:
    """Score one transaction: {"run": 7, "values": {column: value}} in, Scored out."""
    body = await _body(request)
    if body is None:
        return JSONResponse({"error": "A transaction is at most 64 KB."}, status_code=413)
    asked = _asked(body)
    if asked is None:
        wanted = 'Send {"run": number, "values": {column: value}} as JSON.'
        return JSONResponse({"error": wanted}, status_code=400)
    try:
        scored = await run_in_threadpool(scoring.score, asked[0], asked[1])
    except TouchstoneError as error:
        return JSONResponse({"error": str(error)}, status_code=STATUS.get(type(error), 422))
    return JSONResponse(
        {
            "score": scored.score,
            "band": scored.band,
            "alert": scored.is_alert,
            "percentile": scored.percentile,
            "milliseconds": scored.milliseconds,
        }
    )


async def _body(request: Request) -> bytes | None:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST_TRANSACTION:
            return None
    return bytes(received)


def _asked(body: bytes) -> tuple[int, dict[str, Any]] | None:
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    if not isinstance(asked, dict):
        return None
    run, values = asked.get("run"), asked.get("values")
    if isinstance(run, bool) or not isinstance(run, int) or not isinstance(values, dict):
        return None
    return run, values


def build() -> App:
    """Return the application, with the Streamlit options that depend on the installation."""
    # Streamlit compares the limit with the length of the whole request, which is a little longer
    # than the file in it. The file itself is measured to the byte in uploads.remember.
    config.set_option("server.maxUploadSize", settings.upload_limit_mb + 1)
    # Without this a file on its way in would lie on disk, card numbers and all.
    MultiPartParser.spool_max_size = settings.upload_limit + 2 * 1024**2
    return App(
        ROOT / "ui" / "app.py",
        routes=[
            Route("/healthz", healthz, methods=["GET"]),
            Route("/score", score, methods=["POST"]),
        ],
        middleware=[Middleware(Gate)],
        on_script_error=explain,
    )


app = build()
