"""Hundreds of spoilt files: none breaks the reader, and none holds it up."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import children
from backend.children import Limits
from tests.catalogue.mutation import read_many

FILES = 300  # in each of two processes
LIMITS = Limits(silence_s=60.0)


@pytest.mark.slow
def test_spoilt_files(tmp_path) -> None:
    def half(first: int) -> list[str]:
        folder = tmp_path / str(first)
        folder.mkdir()
        told = [first]
        try:
            return children.run(
                read_many, str(folder), first, FILES, tell=told.append, limits=LIMITS
            )
        except Exception as error:
            raise AssertionError(f"file {told[-1]} ended its process: {error}") from error

    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(half, (0, 1_000_000)))
    assert [problem for broken in found for problem in broken] == []
