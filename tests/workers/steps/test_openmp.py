"""LightGBM runs on the OpenMP that torch brings, so that no system package is needed."""

import subprocess
import sys

from settings import ROOT


def test_lightgbm_takes_the_library_that_torch_brings():
    code = (
        "import sys; from pathlib import Path; from workers.steps import openmp; openmp.lend();"
        "import lightgbm; assert 'torch' not in sys.modules;"
        "maps = Path('/proc/self/maps').read_text().splitlines();"
        "print({line.split()[-1] for line in maps if line.endswith('/libgomp.so.1')})"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("libgomp.so.1") == 1 and "torch/lib" in done.stdout
