"""I11: the card numbers, names and birthdays in the dataset's file, looked for after a schedule.

They are looked for in all files of the data folder: the pages of SQLite, artefacts, checkpoints,
logs, orders; in what the processes printed; in what the broker holds and wrote to its disk, the
bodies of messages decoded; and in every table of PostgreSQL that holds text. Not in PostgreSQL's
own files: what they hold beyond the tables are older versions of the same rows.
"""

import base64
import binascii
import re
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from sqlalchemy import Engine, text

from tests import canaries
from tests.chaos.house import House

CANARIES = canaries.numbers(100, seed=11)
WANTED = set(CANARIES)
ROWS, GROUP = 300, 20
MARGIN = 1.0  # seconds: the times of files are coarse
BODY = re.compile(r'"body": ?"([A-Za-z0-9+/=]+)"')
WITH_TEXT = """
SELECT DISTINCT table_name FROM information_schema.columns WHERE table_schema = 'public'
AND data_type IN ('text', 'character varying', 'json', 'jsonb')
"""


def bring() -> int:
    """Import a file that tells a card number in every row, in row groups of a few rows each."""
    import pyarrow.parquet as pq

    from backend import datasets, drafts
    from tests.backend.bringing import bring

    told = canaries.written(canaries.transactions(ROWS, CANARIES))
    dataset_id = drafts.accept(bring(told, f"cards {CANARIES[0]}.csv").id).id
    path = datasets.parquet_path(dataset_id)
    pq.write_table(pq.read_table(path), path, row_group_size=GROUP)
    return dataset_id


def told(house: House, engine: Engine) -> Iterator[str]:
    """Yield where something of the file is told; a file not written since is not searched again."""
    since, house.searched = house.searched, time.time() - MARGIN
    for folder in (house.data, house.control / "logs"):
        for name, found in canaries.leaks(folder, WANTED, since):
            yield f"{folder.name}/{name} tells {found}"
    places = {"the broker": _of_broker(house)}
    if engine.dialect.name == "postgresql":
        places["the database"] = _of_tables(engine)
    for place, words in places.items():
        if found := canaries.found_in(words, WANTED):
            yield f"{place} tells {found[:3]}"


def _of_broker(house: House) -> str:
    with redis.Redis.from_url(house.broker_url) as broker:
        folder = Path(broker.config_get("dir")["dir"])
    stored = "".join(words for _, words in canaries.texts_under(folder))
    return "\n".join([stored, *map(_decoded, BODY.findall(stored))])


def _decoded(body: str) -> str:
    try:
        return base64.b64decode(body).decode("utf-8", errors="replace")
    except binascii.Error:
        return ""


def _of_tables(engine: Engine) -> str:
    with engine.connect() as connection:
        return "\n".join(
            row
            for table in connection.scalars(text(WITH_TEXT)).all()
            for row in connection.scalars(text(f'SELECT t::text FROM "{table}" t'))
        )
