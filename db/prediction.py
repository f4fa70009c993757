"""Table `predictions`: the score one run gave one transaction."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, desc
from sqlalchemy.orm import Mapped, mapped_column

from db.base import Base

RowNumber = BigInteger().with_variant(Integer, "sqlite")


class Prediction(Base):
    __tablename__ = "predictions"
    __table_args__ = (
        Index("ix_predictions_by_score", "run_id", desc("score"), "row"),
        {"sqlite_with_rowid": False},
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    row: Mapped[int] = mapped_column(RowNumber, primary_key=True)  # `_row` of the dataset
    part: Mapped[str] = mapped_column(String(12))  # train, validation, test or other
    score: Mapped[float]  # probability of fraud, corrected for sampling
    label: Mapped[int | None] = mapped_column(SmallInteger)  # NULL: unlabelled
    amount: Mapped[float | None]
    time: Mapped[float | None]  # seconds, on the dataset's clock
