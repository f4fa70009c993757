"""Table `champions`: which run stands for a dataset, since when, and who said so and why."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base, Instant


class Champion(Base):
    """The newest of a dataset is in force; older ones are its history and never change."""

    __tablename__ = "champions"
    __table_args__ = (Index("ix_champions_dataset_id_id", "dataset_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("datasets.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    chosen_by: Mapped[str] = mapped_column(String(100))
    why: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
