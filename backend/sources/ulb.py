"""creditcard.csv of the ULB machine learning group and Worldline: two days, 28 components."""

from backend.source import Source
from backend.steps.columns import Role

COMPONENTS = tuple(f"V{number}" for number in range(1, 29))

SOURCE = Source(
    title="ULB credit card",
    requires=("Time", *COMPONENTS, "Amount"),
    roles={
        "Unnamed: 0": (Role.IGNORE, "Row number of the export"),
        "id": (Role.ID, "Number of the row"),
        "Time": (Role.TIME, "Seconds since the first transaction"),
        **dict.fromkeys(COMPONENTS, (Role.NUMBER, "Component without a name of its own")),
        "Amount": (Role.AMOUNT, "Amount of the transaction"),
        "Class": (Role.LABEL, "1 is fraud, 0 is legitimate"),
    },
    currency="€",
)
