"""An ONNX model, open on the CPU."""

from pathlib import Path

from onnxruntime import ExecutionMode, InferenceSession, SessionOptions


def open_session(model: Path, threads: int = 1) -> InferenceSession:
    """Open an ONNX model on the CPU with this many threads, which sleep when idle."""
    options = SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.execution_mode = ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
