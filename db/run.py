"""Table `runs`: one row per job a worker does, a training or a scoring of a whole dataset."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Run(Base):
    __tablename__ = "runs"
    __table_args__ = (Index("ix_runs_state_id", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))  # train or score
    name: Mapped[str] = mapped_column(String(200))
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    of_run_id: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))  # the model that scores
    continues: Mapped[int | None]  # the run whose checkpoint it goes on from
    family: Mapped[str] = mapped_column(String(40))
    preset: Mapped[str] = mapped_column(String(40))
    options: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    idem_key: Mapped[str] = mapped_column(String(64), unique=True)  # a double click is one run
    slot: Mapped[int] = mapped_column(default=0)  # colour and dash, kept for life
    automatic: Mapped[bool] = mapped_column(default=False)  # a baseline nobody had to ask for
    champion_since: Mapped[datetime | None] = mapped_column(
        Instant
    )  # the newest of a dataset is it

    need: Mapped[str] = mapped_column(String(8), default="cpu")  # the queue: gpu, cpu or batch
    devices: Mapped[int] = mapped_column(default=1)  # that train it at the same time
    priority: Mapped[int] = mapped_column(default=0)  # higher goes first
    place: Mapped[float] = mapped_column(default=0.0)  # among equals; its own number to begin with
    waits_until: Mapped[datetime | None] = mapped_column(Instant)  # not claimed before

    state: Mapped[str] = mapped_column(String(20))
    attempt: Mapped[int] = mapped_column(default=0)  # the fence: writes of older ones are refused
    crashes: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    stop: Mapped[str] = mapped_column(String(12), default="")  # cancel or keep_best, when asked

    created_at: Mapped[datetime] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
    interrupted_at: Mapped[datetime | None] = mapped_column(Instant)  # it lost its worker last
    last_point_at: Mapped[datetime | None] = mapped_column(Instant)
    stages: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    step: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int] = mapped_column(default=0)
    rows_per_second: Mapped[float | None]
    seconds_left: Mapped[float | None]
    resumed_step: Mapped[int] = mapped_column(default=0)  # where the newest attempt went on; 0: new
    halvings: Mapped[int] = mapped_column(default=0)  # of the batch, after a full graphics card
    failure: Mapped[str | None] = mapped_column(String(20))  # class of the last bad ending
    reason: Mapped[str | None] = mapped_column(Text)  # why it ended badly, for the analyst
    trace: Mapped[str | None] = mapped_column(Text)  # the end of its log, for whoever mends it
    split: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    metrics: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    test_reads: Mapped[int] = mapped_column(default=0)
    artefact: Mapped[str | None] = mapped_column(String(300))  # folder below the data folder
    scored_rows: Mapped[int] = mapped_column(BigInteger, default=0)
