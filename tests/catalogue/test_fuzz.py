"""A minute of spoilt files: none breaks the reader, none takes longer than five seconds."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import children
from backend.children import Limits
from tests.catalogue.mutation import read_many

SECONDS = 30.0  # in each of two processes
LIMITS = Limits(silence_s=5.0)


@pytest.mark.slow
def test_a_minute_of_spoilt_files(tmp_path) -> None:
    def half(first: int) -> tuple[int, list[str]]:
        folder = tmp_path / str(first)
        folder.mkdir()
        told = [first]
        try:
            return children.run(
                read_many, str(folder), first, SECONDS, tell=told.append, limits=LIMITS
            )
        except Exception as error:
            raise AssertionError(f"file {told[-1]} ended its process: {error}") from error

    with ThreadPoolExecutor(max_workers=2) as pool:
        found = list(pool.map(half, (0, 1_000_000)))
    assert [problem for _, broken in found for problem in broken] == []
    assert all(count > 50 for count, _ in found)
