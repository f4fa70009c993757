"""Table `checkpoints`: where a run can go on, should its worker be lost."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Checkpoint(Base):
    """A folder `runs/<run>/<attempt>/checkpoints/<step>`; the row is written after the folder."""

    __tablename__ = "checkpoints"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)  # that wrote it
    step: Mapped[int] = mapped_column(primary_key=True)  # optimiser steps since the start
    manifest: Mapped[str] = mapped_column(String(64))  # SHA-256 of its manifest
    at: Mapped[datetime] = mapped_column(Instant)
