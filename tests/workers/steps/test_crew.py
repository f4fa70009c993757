"""Two processes that learn together learn what one does, and go on together."""

import io
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from settings import ROOT
from tests.workers.learning import order
from tests.workers.steps.test_learner import labels
from tests.workers.steps.together import gradients
from workers.order import Order
from workers.signals import Wishes
from workers.steps.checkpoint import Keeper
from workers.steps.crew import Crew, enlist
from workers.voice import Voice


@given(rows=st.integers(1, 200), size=st.integers(1, 8), halvings=st.integers(0, 3))
def test_every_row_of_a_batch_is_somebodys_and_counts_once(rows, size, halvings):
    crews = [Crew(rank, size, halvings) for rank in range(size)]
    shares = [share for crew in crews for share in crew.shares(np.arange(rows))]
    counted = np.concatenate([some for some, share in shares if share])
    assert counted.tolist() == list(range(rows))
    assert sum(share for _, share in shares) == pytest.approx(1)
    assert all(crew.shares(np.arange(rows)) for crew in crews), "a process has nothing to do"
    longest = max(len(some) for some, _ in shares)
    assert longest <= max(-(-rows // size // 2**halvings) + 1, 1)


def test_alone_the_order_is_done_as_it_is(tmp_path):
    told = Order.read(order(tmp_path / "run", tmp_path / "rows.parquet"))
    assert enlist(told) is told
    assert Crew.of(told) == Crew()


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    folder = order(tmp_path_factory.mktemp("crew") / "run", "", devices=2)
    ranks = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    line = [sys.executable, *ranks, "-m", "tests.workers.steps.together", str(folder)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3_000:]
    return folder


@pytest.fixture
def alone(tmp_path):
    torch.set_num_threads(1)
    keeper = Keeper(tmp_path / "checkpoints", (), Voice(io.StringIO()))
    return labels(keeper, Wishes(), Crew())


@pytest.mark.slow
def test_two_processes_have_the_gradients_of_one(together, alone):
    expected = gradients(alone, Crew())
    for rank in (0, 1):
        found = load_file(together / f"gradients-{rank}.safetensors")
        assert found.keys() == expected.keys()
        for name, each in expected.items():
            assert torch.allclose(found[name], each, atol=1e-6), name


@pytest.mark.slow
def test_two_processes_end_with_the_weights_of_one(together, alone):
    alone.run()
    for rank in (0, 1):
        found = load_file(together / f"weights-{rank}.safetensors")
        for name, each in alone.model.state_dict().items():
            assert torch.allclose(found[name], each, atol=1e-6), name


@pytest.mark.slow
def test_both_leave_when_one_is_asked_to_and_go_on_to_the_same_end(together):
    straight, *others = (
        load_file(together / f"{name}-{rank}.safetensors")
        for name in ("straight", "again")
        for rank in (0, 1)
    )
    for other in others:
        assert other.keys() == straight.keys()
        assert all(torch.equal(other[name], each) for name, each in straight.items())
    first, second = straight["chance.torch"]
    assert not torch.equal(first, second), "both drop out the same"
    assert [path.name for path in (together / "scratch" / "1").iterdir()] == []
