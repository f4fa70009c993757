"""Scoring in the page's own process loads no torch."""

import subprocess
import sys

from settings import ROOT


def test_scoring_needs_no_torch():
    code = (
        "import sys, backend.scoring;"
        "came = {'torch', 'transformers', 'datasets'} & set(sys.modules); assert not came, came"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
