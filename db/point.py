"""Table `points`: what one run measured while it learned."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Point(Base):
    """A loss that is not a number is stored as NULL with `finite` false: a plain float column
    keeps NaN on one database and refuses it on another."""

    __tablename__ = "points"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    attempt: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(12), primary_key=True)  # train or validation
    step: Mapped[int] = mapped_column(primary_key=True)  # optimiser steps since the start
    loss: Mapped[float | None]  # mean nats per transaction
    finite: Mapped[bool] = mapped_column(default=True)
    ap: Mapped[float | None]  # average precision, validation points only
    at: Mapped[datetime] = mapped_column(Instant)
