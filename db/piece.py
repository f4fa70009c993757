"""Table `pieces`: the parts a scoring of a whole dataset is divided into, each done by a worker."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Piece(Base):
    """Some row groups of the dataset's Parquet file, scored by one attempt of one worker."""

    __tablename__ = "pieces"
    __table_args__ = (Index("ix_pieces_state_run_id", "state", "run_id"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)  # from 0, in the order of the rows
    first_group: Mapped[int]  # of the Parquet file
    groups: Mapped[int]
    rows: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(12))  # queued, running or done
    attempt: Mapped[int] = mapped_column(default=0)  # the fence: writes of older ones are refused
    crashes: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None] = mapped_column(String(200))
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)
