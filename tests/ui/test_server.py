"""The application as uvicorn starts it: the measured Streamlit options are really in force."""

import json
import subprocess
import sys

from settings import ROOT, environment

WANTED = {
    "runner.postScriptGC": False,  # a full collection after every redraw is most of its cost
    "runner.magicEnabled": False,
    "server.fileWatcherType": "none",
    "server.maxUploadSize": 322,  # the request around the file; the file itself: 321
    "server.disconnectedSessionTTL": 30,
    "server.enableXsrfProtection": True,
    "server.enableAgentApi": False,
    "server.enableStaticServing": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.disableDataExport": True,
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": False,
}


def test_the_options_of_the_server_are_in_force():
    ask = (
        "import json, ui.server; from streamlit import config; "
        f"print(json.dumps({{name: config.get_option(name) for name in {list(WANTED)!r}}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        env=environment(TOUCHSTONE_UPLOAD_LIMIT_MB="321"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == WANTED


def test_serving_loads_no_torch():
    ask = "import sys, ui.server; print({'torch', 'transformers', 'datasets'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "set()"


def test_a_file_on_its_way_in_stays_in_memory():
    ask = (
        "import ui.server; from starlette.formparsers import MultiPartParser; "
        "print(MultiPartParser.spool_max_size)"
    )
    done = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=ROOT,
        env=environment(TOUCHSTONE_UPLOAD_LIMIT_MB="321"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout.splitlines()[-1]) >= 322 * 1024**2
