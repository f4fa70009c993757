"""Any other CSV: roles guessed by what columns are called and what they hold."""

from collections.abc import Sequence

from backend.source import Source, Understood
from backend.steps import doubles, foretold
from backend.steps.columns import Role
from backend.steps.contents import Contents
from backend.steps.firewall import SECRETS
from backend.steps.layout import fold
from backend.steps.masking import SEALED
from backend.steps.values import reads_as_label

# Folded headers, best first: the first one present is taken.
LABELS = (
    "isfraud", "txfraud", "fraudbool", "eventlabel", "fraud", "fraudlabel", "fraudflag",
    "isfraudulent", "fraudind", "class", "label", "target",
)  # fmt: skip
AMOUNTS = (
    "amount", "amt", "transactionamount", "transactionamt", "txamount", "amounteur", "amountusd",
    "amountgbp", "purchaseamount", "paymentamount", "txnamount", "value", "betrag",
)  # fmt: skip
TIMES = (
    "transdatetranstime", "txdatetime", "eventtimestamp", "transactiondatetime", "bookedat",
    "timestamp", "datetime", "transactiontime", "transactiondate", "transactiondt", "eventtime",
    "createdat", "occurredat", "date", "when", "time", "step", "unixtime", "month",
)  # fmt: skip
ENTITIES = (
    "ccnum", "cardnumber", "cardid", "card", "pan", "card1", "customerid", "nameorig",
    "accountnumber", "accountid", "account", "iban", "entityid", "clientid", "userid",
    "customer", "payer", "sender",
)  # fmt: skip
COUNTERPARTIES = (
    "merchant", "merchantname", "namedest", "terminalid", "merchantid", "terminal", "payee",
    "beneficiary", "counterparty", "receiver", "shop",
)  # fmt: skip
CHOICES = ("gender", "sex", "mcc", "zip3", "country", "channel", "category", "state")
PERSONAL = (
    "first", "last", "name", "firstname", "lastname", "surname", "fullname", "street", "address",
    "email", "phone", "telephone", "mobile", "dob", "dateofbirth", "birthdate", "ssn", "zip",
    "zipcode", "postcode", "lat", "latitude", "long", "lon", "longitude", "ip", "ipaddress",
)  # fmt: skip
LEAKS = ("scenario", "flagged", "chargeback", "dispute", "fraud", "refund", "investigat")
BALANCES = "newbalance"  # PaySim's balances after the transaction
BAD_OUTCOMES = ("fraud", "default", "label", "target", "outcome", "scam", "phishing")

CHOICES_AT_MOST = 50  # different values that are a choice however few rows there are
CHOICES_SHARE = 0.05  # of the rows; beyond it values hardly repeat
PERSONAL_FROM = 10  # different values from which a column can name people
SENTENCE = 3.0  # mean words from which a column is text
MOMENTS = 0.95
HALF = 0.5  # of the values, in a column that is named for what they should be
CARDS = 0.9


def guess(contents: Sequence[Contents]) -> list[Understood]:
    """Return a role and a reason for every column, in order.

    First the roles a file has once are given out, by name and then by content; what is
    left is read by content.
    """
    chosen = _label(contents) | _foretold(contents)
    banned = {p.name: why for p in contents if (why := _ban(p))}
    for choose in (_moment, _entity, _counterparty, _amount):
        taken = chosen.keys() | banned.keys()
        chosen.update(choose([held for held in contents if held.name not in taken]))
    return [chosen.get(held.name) or banned.get(held.name) or _left_over(held) for held in contents]


def _label(contents: Sequence[Contents]) -> dict[str, Understood]:
    found = _first_named(contents, LABELS) or next(
        (p for p in contents if _is_two_way(p) and any(w in fold(p.name) for w in BAD_OUTCOMES)),
        None,
    )
    if found is None:
        return {}
    return {found.name: (Role.LABEL, "Named like a label")}


def _foretold(contents: Sequence[Contents]) -> dict[str, Understood]:
    found: dict[Role, tuple[str, Understood]] = {}
    for held in contents:
        understood = foretold.guess(held)
        if understood is not None:
            found.setdefault(understood[0], (held.name, understood))
    return dict(found.values())


def _moment(contents: list[Contents]) -> dict[str, Understood]:
    by_name = {fold(held.name): held for held in contents}
    if {"year", "month"} <= by_name.keys():
        parts = [by_name[n] for n in ("year", "month", "day", "hour", "time") if n in by_name]
        return {part.name: (Role.TIME, "Part of a date") for part in parts}
    if {"date", "time"} <= by_name.keys() and by_name["time"].moments < MOMENTS:
        pair = (by_name["date"], by_name["time"])
        return {part.name: (Role.TIME, "Date and time of day, joined") for part in pair}
    readable = [p for p in contents if p.moments >= HALF or p.is_numeric]
    found = _first_named(readable, TIMES)
    if found is not None:
        return {found.name: (Role.TIME, "Named like a time")}
    dated = next((p for p in contents if p.moments >= MOMENTS), None)
    return {} if dated is None else {dated.name: (Role.TIME, "Every value is a date")}


def _entity(contents: list[Contents]) -> dict[str, Understood]:
    cards = next((p for p in contents if p.cards >= CARDS), None)
    found = _first_named([p for p in contents if not p.is_unique], ENTITIES)
    if cards is not None and (found is None or found is cards):
        return {cards.name: (Role.ENTITY, f"Card numbers, {cards.distinct:,} different")}
    if found is None:
        return {}
    why = f"Named like an account or a card, {found.distinct:,} different values"
    return {found.name: (Role.ENTITY, why)}


def _counterparty(contents: list[Contents]) -> dict[str, Understood]:
    found = _first_named(contents, COUNTERPARTIES)
    if found is None:
        return {}
    why = f"Named like the other side of the payment, {found.distinct:,} different values"
    return {found.name: (Role.COUNTERPARTY, why)}


def _amount(contents: list[Contents]) -> dict[str, Understood]:
    # With some values that are none it is an amount still: the clinic says so, row by row.
    numeric = [held for held in contents if held.numbers >= HALF * held.present > 0]
    found = _first_named(numeric, AMOUNTS)
    why = "Named like an amount"
    if found is not None and found.comma:
        why += ", written with a decimal comma"
    return {} if found is None else {found.name: (Role.AMOUNT, why)}


def _ban(held: Contents) -> Understood | None:
    """Say why a column must not be used at all; None when it may."""
    name = fold(held.name)
    if name in SECRETS:
        return Role.IGNORE, "Security code of a card: dropped before anything was stored"
    if any(SEALED.fullmatch(value) for value in (held.example, *(v for v, _ in held.values))):
        return Role.SEALED, "Names and ways to reach a person are encrypted; never learned from"
    if any(word in name for word in LEAKS) or name.startswith(BALANCES):
        return Role.IGNORE, "Known only after the transaction was judged, by its name"
    if name in PERSONAL and held.distinct > PERSONAL_FROM:
        return Role.IGNORE, "Personal data, by its name"
    return None


def _left_over(held: Contents) -> Understood:
    if held.cards >= CARDS:
        return Role.ID, "Card numbers"
    if fold(held.name) in ENTITIES:
        return Role.ID, "Names an account or a card; another column stands for the customer"
    if doubles.is_named_so(held.name) and held.distinct >= doubles.NEARLY * held.present > 0:
        return Role.ID, "Number of the transaction"
    if held.is_unique and (not held.is_numeric or _is_counter(held)):
        return (Role.TEXT, _words(held)) if _is_text(held) else (Role.ID, "Unique in every row")
    return _by_content(held)


def _by_content(held: Contents) -> Understood:
    if held.moments >= MOMENTS:
        return Role.IGNORE, "A second date beside the time of the transaction"
    if held.is_numeric and held.distinct > 2 and fold(held.name) not in CHOICES:
        return Role.NUMBER, f"Numbers from {held.low:,.6g} to {held.high:,.6g}"
    if _is_text(held):
        return Role.TEXT, _words(held)
    if held.distinct <= max(CHOICES_AT_MOST, CHOICES_SHARE * held.rows):
        return Role.CATEGORY, f"{held.distinct:,} different values"
    return Role.ID, f"{held.distinct:,} different values, too many to be a choice"


def _first_named(contents: Sequence[Contents], names: Sequence[str]) -> Contents | None:
    by_name = {fold(held.name): held for held in contents}
    return next((by_name[name] for name in names if name in by_name), None)


def _is_two_way(held: Contents) -> bool:
    return held.distinct == 2 and all(reads_as_label(value) for value, _ in held.values)


def _is_counter(held: Contents) -> bool:
    return held.whole and "amount" not in fold(held.name)


def _is_text(held: Contents) -> bool:
    return held.words >= SENTENCE and held.distinct > CHOICES_AT_MOST


def _words(held: Contents) -> str:
    return f"{held.words:.0f} words on average, {held.distinct:,} different texts"


SOURCE = Source(title="Transactions in general", guess=guess)
