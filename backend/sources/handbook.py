"""The Fraud Detection Handbook's simulated transactions, as CSV.

Le Borgne, Siblini, Lebichot, Bontempi: Reproducible Machine Learning for Credit Card Fraud
Detection - Practical Handbook (2022), chapter 3.
"""

from backend.source import Source
from backend.steps.columns import Role

CLOCK = "Same clock as TX_DATETIME"

SOURCE = Source(
    title="Fraud Detection Handbook",
    requires=("TX_DATETIME", "CUSTOMER_ID", "TERMINAL_ID", "TX_AMOUNT"),
    roles={
        "Unnamed: 0": (Role.IGNORE, "Row number of the export"),
        "TRANSACTION_ID": (Role.ID, "Number of the transaction"),
        "TX_DATETIME": (Role.TIME, "When the transaction was made"),
        "CUSTOMER_ID": (Role.ENTITY, "Whose transactions belong together"),
        "TERMINAL_ID": (Role.COUNTERPARTY, "Where the money goes"),
        "TX_AMOUNT": (Role.AMOUNT, "Amount of the transaction"),
        "TX_TIME_SECONDS": (Role.IGNORE, CLOCK),
        "TX_TIME_DAYS": (Role.IGNORE, CLOCK),
        "TX_FRAUD": (Role.LABEL, "1 is fraud, 0 is legitimate"),
        "TX_FRAUD_SCENARIO": (Role.IGNORE, "The label in disguise: it is 0 unless it is fraud"),
    },
)
