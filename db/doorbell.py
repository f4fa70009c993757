"""Table `doorbells`: runs that still have to be rung at the queue (an outbox)."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Doorbell(Base):
    """Written in the transaction that queues a run, so that no run waits without a bell."""

    __tablename__ = "doorbells"

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    rung_at: Mapped[datetime | None] = mapped_column(Instant)
