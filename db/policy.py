"""Table `policies`: the thresholds analysts chose for a run, each with who, when and why."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Policy(Base):
    """The newest version of a run is in force; older ones are its history and never change."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("run_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    version: Mapped[int]  # of this run, from 1
    threshold: Mapped[float]  # an alert from this score on
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)  # what it was chosen with, steps/costs
    chosen_by: Mapped[str] = mapped_column(String(100))
    why: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
