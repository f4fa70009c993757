"""One training on several devices: a process for each, started, asked and ended together.

`python -m workers.ranks <folder>` runs `workers.journey <folder>` once per device through
torchrun; the first of them tells what happens and leaves what came of it.
"""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from torch.distributed.run import main as torchrun

from workers import processes
from workers.device import die_with
from workers.order import Order


def main(folder: Path) -> None:
    """Do the order in `folder` on as many devices as it names."""
    order = Order.read(folder)
    if order.supervisor is not None:
        die_with(order.supervisor)
    signal.signal(signal.SIGUSR1, _pass_on)
    ranks = ["--standalone", "--nproc-per-node", str(order.devices)]
    torchrun([*ranks, "-m", "workers.journey", str(folder)])
    sys.stdout.flush()
    os._exit(0)  # a thread of torchrun's store that still runs would turn this into an abort


def _pass_on(number: int, _frame: Any) -> None:
    """Tell the ranks what this process was told; one that only begins would end by it."""
    me = os.getpid()
    for process in processes.running():
        if process.parent == me and processes.catches(process.number, number):
            os.kill(process.number, number)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
