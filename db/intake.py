"""Table `imports`: one row per file on its way in, so that a page can be closed meanwhile."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Import(Base):
    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str] = mapped_column(String(300))  # as given, card numbers hidden
    address: Mapped[str] = mapped_column(String(1000), default="")  # empty: sent by the browser
    state: Mapped[str] = mapped_column(String(12))  # waiting reading asking done failed cancelled
    stage: Mapped[str] = mapped_column(String(80), default="")  # what is being done now
    bytes_total: Mapped[int | None] = mapped_column(BigInteger)  # null where nobody knows
    bytes_done: Mapped[int] = mapped_column(BigInteger, default=0)
    rows: Mapped[int] = mapped_column(BigInteger, default=0)
    rejected: Mapped[int] = mapped_column(BigInteger, default=0)
    share: Mapped[float] = mapped_column(default=0.0)  # done, 0 to 1
    message: Mapped[str] = mapped_column(Text, default="")  # why it failed
    question: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # asked before it can be read
    dataset_id: Mapped[int | None] = mapped_column(ForeignKey("datasets.id", ondelete="CASCADE"))
    started_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)  # renewed while it is alive
