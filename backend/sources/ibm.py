"""IBM's simulated card transactions (TabFormer), versions 1 and 2."""

from backend.source import Source
from backend.steps.columns import Role

PART_OF_TIME = (Role.TIME, "Part of the date")
PART_OF_CARD = (Role.ENTITY, "User and Card together say whose card it is")

SOURCE = Source(
    title="IBM card transactions",
    requires=("User", "Card", "Year", "Month", "Day", "Time", "Amount", "Merchant Name"),
    roles={
        "Unnamed: 0": (Role.IGNORE, "Row number of the export"),
        "User": PART_OF_CARD,
        "Card": PART_OF_CARD,
        "Year": PART_OF_TIME,
        "Month": PART_OF_TIME,
        "Day": PART_OF_TIME,
        "Time": PART_OF_TIME,
        "Amount": (Role.AMOUNT, "Amount of the transaction"),
        "Use Chip": (Role.CATEGORY, "How the card was used"),
        "Merchant Name": (Role.COUNTERPARTY, "Where the money goes, kept as it is"),
        "Merchant City": (Role.CATEGORY, "City of the merchant"),
        "Merchant State": (Role.CATEGORY, "State or country of the merchant"),
        "Zip": (Role.IGNORE, "Postcode of the merchant; the city says as much"),
        "MCC": (Role.CATEGORY, "Kind of merchant"),
        "Errors?": (Role.CATEGORY, "What went wrong at the terminal"),
        "Is Fraud?": (Role.LABEL, "Yes is fraud, No is legitimate"),
    },
    currency="$",
)
