"""fraudTrain.csv and fraudTest.csv: card transactions simulated by the Sparkov generator."""

from backend.source import Source
from backend.steps.columns import Role

NAMES = "Names are encrypted; never learned from"
SEALED = (Role.SEALED, "Personal data is encrypted; never learned from")
PINS_DOWN = (Role.IGNORE, "Pins down one card holder; a model would learn people by heart")

SOURCE = Source(
    title="Sparkov card transactions",
    requires=("trans_date_trans_time", "cc_num", "merchant", "category", "amt"),
    roles={
        "Unnamed: 0": (Role.IGNORE, "Row number of the export"),
        "trans_date_trans_time": (Role.TIME, "When the transaction was made"),
        "cc_num": (Role.ENTITY, "Card number: whose transactions belong together"),
        "merchant": (Role.COUNTERPARTY, "Where the money goes"),
        "category": (Role.CATEGORY, "Kind of merchant"),
        "amt": (Role.AMOUNT, "Amount of the transaction"),
        "first": (Role.SEALED, NAMES),
        "last": (Role.SEALED, NAMES),
        "gender": (Role.CATEGORY, "Gender of the card holder"),
        "street": SEALED,
        "city": PINS_DOWN,
        "state": (Role.CATEGORY, "State of the card holder"),
        "zip": PINS_DOWN,
        "lat": PINS_DOWN,
        "long": PINS_DOWN,
        "city_pop": (Role.NUMBER, "Inhabitants of the card holder's city"),
        "job": PINS_DOWN,
        "dob": SEALED,
        "trans_num": (Role.ID, "Number of the transaction"),
        "unix_time": (Role.IGNORE, "Same clock as trans_date_trans_time"),
        "merch_lat": PINS_DOWN,
        "merch_long": PINS_DOWN,
        "merch_zipcode": PINS_DOWN,
        "is_fraud": (Role.LABEL, "1 is fraud, 0 is legitimate"),
    },
    currency="$",
)
