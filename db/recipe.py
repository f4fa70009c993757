"""Table `recipes`: what analysts decided about files with one header, to replay on the next."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Recipe(Base):
    __tablename__ = "recipes"

    header: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of its names
    file_name: Mapped[str] = mapped_column(String(300))  # where it was last decided
    fixes: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    changed_at: Mapped[datetime] = mapped_column(Instant)
