"""Table `workers`: who can do a run, on what, and when each gave its last sign of life."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Worker(Base):
    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    device: Mapped[str] = mapped_column(String(80))  # in words
    kind: Mapped[str] = mapped_column(String(8))  # gpu or cpu
    devices: Mapped[int] = mapped_column(default=1)  # it may use at the same time
    draining: Mapped[bool] = mapped_column(default=False)  # finishes its run, takes no other
    started_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
