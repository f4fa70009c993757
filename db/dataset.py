"""Table `datasets`: one row per distinct file an analyst brought."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Dataset(Base):
    __tablename__ = "datasets"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(300))  # as given, for display only
    state: Mapped[str] = mapped_column(String(20))  # draft: may still be changed; ready: kept
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256 of the bytes
    bytes: Mapped[int] = mapped_column(BigInteger)
    dialect: Mapped[str] = mapped_column(String(40))  # file name in backend/sources/
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    rows: Mapped[int] = mapped_column(BigInteger, default=0)
    frauds: Mapped[int] = mapped_column(BigInteger, default=0)
    unlabelled: Mapped[int] = mapped_column(BigInteger, default=0)
    quarantined: Mapped[int] = mapped_column(BigInteger, default=0)  # rows put aside, with reasons
    blank_lines: Mapped[int] = mapped_column(BigInteger, default=0)
    recipe: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)  # steps/recipe.py
    protected: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what was hidden where
    read_as: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # encoding, delimiter, ...
    sealed_as: Mapped[str] = mapped_column(String(32), default="")  # table name its seals carry
    uncovered: Mapped[list[list[float]]] = mapped_column(JSON, default=list)  # periods, no labels
    uses_uncovered: Mapped[bool] = mapped_column(default=False)  # the analyst lets runs use them
    clock: Mapped[str] = mapped_column(String(10), default="none")  # date, elapsed or none
    first_time: Mapped[float | None]  # seconds: since 1970 for dates, else since the start
    last_time: Mapped[float | None]
    fraud_amount: Mapped[float | None]
    currency: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
