"""How fast sample transactions are made, and that memory does not grow with their number."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import report
from settings import ROOT

SIZES = (50_000, 500_000, 2_000_000)


def main() -> None:
    """Write the table of sizes, seconds, rows a second and peak memory, each in a process."""
    report.write("simulator", "Simulated transactions", [_measure(rows) for rows in SIZES])


def _measure(rows: int) -> dict[str, float | int]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sample.csv"
        program = (
            "import resource\n"
            "from pathlib import Path\n"
            "from backend.simulator import write_csv\n"
            f"write_csv(Path({str(path)!r}), {rows}, 7)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
        )
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
        )
        seconds = time.monotonic() - began
        return {
            "rows": rows,
            "seconds": seconds,
            "rows a second": rows / seconds,
            "file MB": path.stat().st_size / 1e6,
            "peak MB": float(done.stdout),
        }
