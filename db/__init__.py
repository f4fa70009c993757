"""Tables, and the one way to a transaction. Importing this package registers every table."""

from db.base import Base
from db.dataset import Dataset
from db.doorbell import Doorbell
from db.offer import Offer
from db.point import Point
from db.prediction import Prediction
from db.run import Run
from db.session import engine, now, transaction

__all__ = [
    "Base",
    "Dataset",
    "Doorbell",
    "Offer",
    "Point",
    "Prediction",
    "Run",
    "engine",
    "now",
    "transaction",
]
