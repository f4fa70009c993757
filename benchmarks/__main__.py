"""Run every benchmark, or those named: python -m benchmarks journey paging."""

import sys
from importlib import import_module

BENCHES = (
    "simulator", "ingest", "ibm", "pictures", "paging", "features", "bootstrap", "journey",
    "baselines", "predictions", "compare", "quality", "scoring", "gpu",
)  # fmt: skip


def main(names: list[str]) -> None:
    """Run each named benchmark, all of them when none is named."""
    for name in names or BENCHES:
        print(f"== {name}", flush=True)
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main(sys.argv[1:])
