"""What customers of the simulated world buy, and the three ways fraud happens to them.

Scenarios of Le Borgne et al., Fraud Detection Handbook (2022), chapter 3, section 5:
1. every amount above 220 is fraud;
2. a terminal is compromised: every transaction on it is fraud for 28 days;
3. a customer is compromised: for 14 days, a third of the transactions, amounts times five.

The handbook's frauds look like any other row but for the amount. Here they leave the traces
that real ones leave: skimmed terminals fall back to the magnetic stripe, and stolen card data
is spent online, at night, on what can be sold again.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from backend.steps.world import RISKY, TRADES, Floats, Ints, World, pick_merchant

DAYS = 183
FRAUD_ABOVE = 220.0
TERMINAL_DAYS, CUSTOMER_DAYS = 28, 14
LARGE_SHARE = 0.002  # of transactions: scenario 1
TERMINAL_SHARE = 0.003  # of transactions, on average: scenario 2
CUSTOMER_SHARE = 0.004  # of transactions, on average: scenario 3
HIJACKED = 1 / 3  # of a compromised customer's transactions
CHANNELS = np.array(["contactless", "chip", "swipe", "online"])
CONTACTLESS, CHIP, SWIPE, ONLINE = range(4)
CONTACTLESS_UP_TO = 50.0
AWAKE = (7.0, 23.0)
DAY_SECONDS = 86_400


@dataclass
class Transactions:
    """Columns of one stretch of time, each (n,)."""

    time: Ints  # seconds since the start of the simulation
    customer: Ints
    merchant: Ints
    amount: Floats
    channel: Ints  # position in CHANNELS
    fraud: NDArray[np.bool_]

    def sorted_by_time(self) -> "Transactions":
        """Return the same transactions, earliest first."""
        order = np.argsort(self.time, kind="stable")
        return Transactions(**{f.name: getattr(self, f.name)[order] for f in fields(self)})


@dataclass(frozen=True)
class Plot:
    """When each merchant and customer becomes compromised: a day, infinity for never."""

    merchant_from: Floats  # (m,)
    customer_from: Floats  # (c,)


def plan_frauds(rng: np.random.Generator, world: World) -> Plot:
    """Choose who is compromised when, spread evenly so that no month goes without."""
    local = np.flatnonzero(world.place < world.online_place)
    on_local = 1 - world.online.mean()
    return Plot(
        _starts(rng, len(world.place), local, TERMINAL_SHARE / on_local, TERMINAL_DAYS),
        _starts(
            rng,
            len(world.card),
            np.arange(len(world.card)),
            CUSTOMER_SHARE / HIJACKED,
            CUSTOMER_DAYS,
        ),
    )


def live_through(
    rng: np.random.Generator, world: World, plot: Plot, rows: int, day: Ints
) -> Transactions:
    """Draw `rows` transactions on the given days (rows,), frauds among them, by time."""
    customer = rng.choice(len(world.card), rows, p=world.frequency)
    merchant = pick_merchant(rng, world, _where(rng, world, customer))
    made = Transactions(
        time=day * DAY_SECONDS + _second_of_day(rng, world, customer),
        customer=customer,
        merchant=merchant,
        amount=_amount(rng, world, customer, merchant),
        channel=np.zeros(rows, dtype=np.int64),
        fraud=np.zeros(rows, dtype=bool),
    )
    _spend_large(rng, made)
    made.channel = _channel(rng, world, made)
    _skim(rng, world, plot, made, day)
    _hijack(rng, world, plot, made, day)
    made.amount = np.maximum(np.round(made.amount, 2), 0.01)
    return made.sorted_by_time()


def _starts(
    rng: np.random.Generator, everyone: int, candidates: Ints, share: float, days: int
) -> Floats:
    first_day = np.full(everyone, np.inf)
    span = DAYS + days  # some were compromised before the first day
    hit = min(len(candidates), max(1, round(len(candidates) * share * span / days)))
    slots = (np.arange(hit) + rng.random(hit)) / hit * span - days
    first_day[rng.choice(candidates, hit, replace=False)] = slots
    return first_day


def _where(rng: np.random.Generator, world: World, customer: Ints) -> Ints:
    """At home mostly, in a town nearby sometimes, online as the customer likes."""
    rows = len(customer)
    home = world.home[customer]
    near = world.neighbours[home, rng.integers(0, world.neighbours.shape[1], rows)]
    town = np.where(rng.random(rows) < 0.85, home, near)
    return np.where(rng.random(rows) < world.online[customer], world.online_place, town)


def _second_of_day(rng: np.random.Generator, world: World, customer: Ints) -> Ints:
    usual = rng.normal(world.hour[customer], world.spread[customer]) % 24
    anywhen = rng.uniform(*AWAKE, len(customer))
    hour = np.where(rng.random(len(customer)) < 0.85, usual, anywhen)
    return np.minimum((hour * 3600).astype(np.int64), DAY_SECONDS - 1)


def _amount(rng: np.random.Generator, world: World, customer: Ints, merchant: Ints) -> Floats:
    factor = np.array([factor for _, factor, _ in TRADES.values()])[world.trade[merchant]]
    mean = world.mean_amount[customer] * factor
    drawn = rng.normal(mean, mean / 2)
    drawn = np.where(drawn < 0, rng.uniform(0, 2 * mean), drawn)
    return np.where(drawn > FRAUD_ABOVE, rng.uniform(0.3, 1.0, len(mean)) * FRAUD_ABOVE, drawn)


def _channel(rng: np.random.Generator, world: World, made: Transactions) -> Ints:
    draw = rng.random(len(made.amount))
    tapped = (made.amount <= CONTACTLESS_UP_TO) & (draw < 0.7)
    present = np.where(tapped, CONTACTLESS, np.where(draw > 0.98, SWIPE, CHIP))
    return np.where(world.place[made.merchant] == world.online_place, ONLINE, present)


def _spend_large(rng: np.random.Generator, made: Transactions) -> None:
    large = rng.random(len(made.amount)) < LARGE_SHARE
    made.amount[large] = FRAUD_ABOVE + rng.exponential(180.0, large.sum()) + 0.01
    made.fraud |= large


def _skim(
    rng: np.random.Generator, world: World, plot: Plot, made: Transactions, day: Ints
) -> None:
    since = day - plot.merchant_from[made.merchant]
    skimmed = (since >= 0) & (since < TERMINAL_DAYS)
    fallback = skimmed & (rng.random(len(day)) < 0.6) & (made.channel != ONLINE)
    made.channel[fallback] = SWIPE
    made.fraud |= skimmed


def _hijack(
    rng: np.random.Generator, world: World, plot: Plot, made: Transactions, day: Ints
) -> None:
    since = day - plot.customer_from[made.customer]
    exposed = (since >= 0) & (since < CUSTOMER_DAYS)
    stolen = np.flatnonzero(exposed & (rng.random(len(day)) < HIJACKED))
    made.amount[stolen] *= 5
    made.fraud[stolen] = True
    moved = stolen[rng.random(len(stolen)) < 0.85]
    made.merchant[moved] = _resale_shop(rng, world, len(moved))
    made.channel[moved] = ONLINE
    at_night = moved[rng.random(len(moved)) < 0.5]
    night = rng.integers(0, 5 * 3600, len(at_night))
    made.time[at_night] = day[at_night] * DAY_SECONDS + night


def _resale_shop(rng: np.random.Generator, world: World, rows: int) -> Ints:
    risky = np.isin(world.trade, [list(TRADES).index(name) for name in RISKY])
    shops = np.flatnonzero(risky & (world.place == world.online_place))
    online = np.flatnonzero(world.place == world.online_place)
    chosen = rng.choice(shops if len(shops) else online, rows)
    return np.where(rng.random(rows) < 0.8, chosen, rng.choice(online, rows))
