"""Table `offers`: what live workers can train, so that pages learn of a family without torch."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Offer(Base):
    __tablename__ = "offers"

    worker: Mapped[str] = mapped_column(String(200), primary_key=True)
    family: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[str] = mapped_column(String(80))
    summary: Mapped[str] = mapped_column(String(400))
    order: Mapped[int]
    presets: Mapped[dict[str, Any]] = mapped_column(JSON)  # title -> option values
    options: Mapped[dict[str, Any]] = mapped_column(JSON)  # JSON schema of the family's Options
    need: Mapped[str] = mapped_column(String(8), default="cpu")  # gpu: learns best on a card
    device: Mapped[str] = mapped_column(String(80))
    seen_at: Mapped[datetime] = mapped_column(Instant)
