"""Tables, and the one way to a transaction. Importing this package registers every table."""

from db.base import Base
from db.champion import Champion
from db.checkpoint import Checkpoint
from db.dataset import Dataset
from db.doorbell import Doorbell
from db.intake import Import
from db.offer import Offer
from db.piece import Piece
from db.point import Point
from db.policy import Policy
from db.prediction import Prediction
from db.recipe import Recipe
from db.run import Run
from db.session import engine, now, settle, transaction
from db.worker import Worker

__all__ = [
    "Base",
    "Champion",
    "Checkpoint",
    "Dataset",
    "Doorbell",
    "Import",
    "Offer",
    "Piece",
    "Point",
    "Policy",
    "Prediction",
    "Recipe",
    "Run",
    "Worker",
    "engine",
    "now",
    "settle",
    "transaction",
]
