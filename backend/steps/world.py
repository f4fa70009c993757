"""The simulated world: towns, merchants with a trade and a place, customers with habits.

After Le Borgne, Siblini, Lebichot, Bontempi: Reproducible Machine Learning for Credit Card
Fraud Detection - Practical Handbook (2022), chapter 3, sections 2 to 4. Theirs: positions on a
100 x 100 map, mean amount uniform from 5 to 100, up to four transactions a day, terminals
within reach of home. Ours on top: trades, names, usual hours, online shops, countries, cards.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MERCHANTS_PER_CUSTOMER, FEWEST_MERCHANTS = 5, 400
CUSTOMERS_PER_TOWN, FEWEST_TOWNS = 40, 4
NEIGHBOURS = 3  # towns a customer also shops in
ONLINE_SHARE = 0.25  # of merchants
TEST_PREFIXES = ("424242", "555555", "411111")  # card brands publish these for testing
CARD_STEP = 387_420_489  # coprime to 10^9: account numbers differ and look shuffled

# Trade -> (share of merchants, amount relative to the customer's mean, kinds of shop).
TRADES: dict[str, tuple[float, float, tuple[str, ...]]] = {
    "groceries": (0.24, 0.9, ("Foods", "Market", "Grocers", "Pantry")),
    "restaurants": (0.18, 0.8, ("Kitchen", "Bistro", "Grill", "Cafe")),
    "fuel": (0.08, 1.0, ("Fuel", "Petrol", "Service Station", "Energy")),
    "transport": (0.10, 0.4, ("Taxi", "Rail", "Parking", "Transit")),
    "clothing": (0.12, 1.2, ("Fashion", "Outfitters", "Shoes", "Tailors")),
    "health": (0.08, 0.7, ("Pharmacy", "Optics", "Dental", "Care")),
    "home": (0.08, 1.3, ("Garden", "Hardware", "Living", "Interiors")),
    "electronics": (0.06, 1.8, ("Electronics", "Computers", "Audio", "Mobile")),
    "travel": (0.04, 2.0, ("Travel", "Hotels", "Airways", "Holidays")),
    "gift cards": (0.02, 1.0, ("Gift Cards", "Vouchers", "Top Up", "Credits")),
}
RISKY = ("electronics", "travel", "gift cards")  # what stolen card data buys
FIRST_NAMES = (
    "Alder", "Amber", "Anchor", "Aspen", "Atlas", "Beacon", "Birch", "Blue Harbour", "Bridge",
    "Cedar", "Cobalt", "Copper", "Corner", "Crown", "Daisy", "Delta", "Eagle", "Elm", "Falcon",
    "Fern", "Golden", "Granite", "Green", "Harvest", "Hazel", "Heron", "Iris", "Juniper",
    "Lantern", "Laurel", "Linden", "Maple", "Meadow", "Mill", "North", "Oak", "Olive", "Orchid",
    "Pine", "Quay", "River", "Rowan", "Saffron", "Silver", "Star", "Sunny", "Swan", "Willow",
)  # fmt: skip
TOWN_STARTS = (
    "Ash", "Bram", "Clay", "Dun", "Ever", "Fair", "Glen", "Hart", "Ives", "Kes", "Lang", "Mar",
    "Nor", "Oster", "Pel", "Quin", "Ros", "Stan", "Thorn", "Wes",
)  # fmt: skip
TOWN_ENDS = ("burg", "dale", "field", "ford", "ham", "lund", "mere", "port", "stad", "wick")
COUNTRIES = np.array(["DE", "FR", "NL", "BE", "AT", "IE", "GB", "LU", "US", "SG"])
TOWN_COUNTRIES, SHOP_COUNTRIES = 5, (0.3, 0.1, 0.14, 0.06, 0.05, 0.1, 0.08, 0.05, 0.08, 0.04)


@dataclass(frozen=True)
class World:
    """Arrays by number: towns (t,), merchants (m,), customers (c,).

    Merchants are sorted by `place`: their town, or `towns` for online shops. Of the places,
    those of one merchant are `shelf[place]` to `shelf[place + 1]`.
    """

    neighbours: Ints  # (t, NEIGHBOURS)
    place: Ints  # (m,)
    shelf: Ints  # (t + 2,)
    popularity: Floats  # (m,) running total of how often each is chosen
    trade: Ints  # (m,) position in TRADES
    country: Ints  # (m,) position in COUNTRIES
    merchant: NDArray[np.object_]  # (m,) names
    card: NDArray[np.object_]  # (c,)
    home: Ints  # (c,) town
    frequency: Floats  # (c,) shares of all transactions, sum 1
    mean_amount: Floats  # (c,)
    hour: Floats  # (c,) usual hour of day
    spread: Floats  # (c,) hours around it
    online: Floats  # (c,) share bought online

    @property
    def online_place(self) -> int:
        """The place of all online shops: one past the last town."""
        return len(self.shelf) - 2


def build_world(rng: np.random.Generator, customers: int) -> World:
    """Draw a world for so many customers; everything else scales with them."""
    towns = max(FEWEST_TOWNS, customers // CUSTOMERS_PER_TOWN)
    merchants = max(FEWEST_MERCHANTS, customers * MERCHANTS_PER_CUSTOMER)
    position = rng.uniform(0, 100, (towns, 2))
    town_country = rng.integers(0, TOWN_COUNTRIES, towns)
    online = rng.random(merchants) < ONLINE_SHARE
    place = np.sort(np.where(online, towns, np.arange(merchants) % towns))
    trade = rng.choice(len(TRADES), merchants, p=[share for share, _, _ in TRADES.values()])
    abroad = rng.choice(len(COUNTRIES), merchants, p=SHOP_COUNTRIES)
    country = np.where(place == towns, abroad, town_country[np.minimum(place, towns - 1)])
    frequency = rng.gamma(3.0, 1.0, customers)
    return World(
        neighbours=_nearest(position),
        place=place,
        shelf=np.searchsorted(place, np.arange(towns + 2)),
        popularity=np.cumsum(rng.lognormal(0.0, 0.6, merchants)),
        trade=trade,
        country=country,
        merchant=_merchant_names(rng, trade, place, _town_names(towns)),
        card=_card_numbers(rng, customers),
        home=rng.integers(0, towns, customers),
        frequency=frequency / frequency.sum(),
        mean_amount=rng.uniform(5, 100, customers),
        hour=rng.normal(14.5, 2.5, customers),
        spread=rng.uniform(1.5, 4.0, customers),
        online=rng.beta(2, 6, customers),
    )


def pick_merchant(rng: np.random.Generator, world: World, place: Ints) -> Ints:
    """Draw one merchant in each place (n,), popular ones more often."""
    total = np.concatenate([[0.0], world.popularity])
    low, high = total[world.shelf[place]], total[world.shelf[place + 1]]
    drawn = np.searchsorted(world.popularity, rng.uniform(low, high), side="right")
    return np.clip(drawn, world.shelf[place], world.shelf[place + 1] - 1)


def _nearest(position: Floats) -> Ints:
    apart = np.linalg.norm(position[:, None] - position[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    nearest: Ints = np.argsort(apart, axis=1)[:, :NEIGHBOURS]
    return nearest


def _town_names(towns: int) -> NDArray[np.object_]:
    names = [start + end for end in TOWN_ENDS for start in TOWN_STARTS]
    rounds, which = np.divmod(np.arange(towns), len(names))
    numbered = [names[w] + (f" {r + 1}" if r else "") for r, w in zip(rounds, which, strict=True)]
    return np.array(numbered, dtype=object)


def _merchant_names(
    rng: np.random.Generator, trade: Ints, place: Ints, towns: NDArray[np.object_]
) -> NDArray[np.object_]:
    kinds = np.array([kinds for _, _, kinds in TRADES.values()], dtype=object)
    kind = kinds[trade, rng.integers(0, kinds.shape[1], len(trade))]
    first = np.array(FIRST_NAMES, dtype=object)[rng.integers(0, len(FIRST_NAMES), len(trade))]
    where = np.append(towns, "Online")[place]
    name = pd.Series(first + " " + kind + " " + where)
    again = name.groupby(name).cumcount()
    numbered = name.where(again == 0, name + " " + (again + 1).astype(str))
    return np.asarray(numbered, dtype=object)


def _card_numbers(rng: np.random.Generator, customers: int) -> NDArray[np.object_]:
    account = np.arange(customers, dtype=np.int64) * CARD_STEP % 10**9
    prefix = np.array(TEST_PREFIXES, dtype=np.int64)[rng.integers(0, len(TEST_PREFIXES), customers)]
    body = prefix * 10**9 + account
    digits = body[:, None] // 10 ** np.arange(15) % 10  # last digit first
    doubled = digits[:, ::2] * 2
    total = (doubled // 10 + doubled % 10).sum(axis=1) + digits[:, 1::2].sum(axis=1)
    number: NDArray[np.object_] = (body * 10 + -total % 10).astype(str).astype(object)
    return number
