"""Where on earth: columns of latitude and longitude, and the way between two points."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from backend.steps.profile import floats

Floats = NDArray[np.float64]
Place = tuple[str, str]  # headers of a latitude and a longitude

LATITUDE, LONGITUDE = {"lat", "latitude"}, {"lon", "long", "lng", "longitude"}
WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
EARTH_KM = 6_371.0  # mean radius


def find(frame: pd.DataFrame, headers: Sequence[str]) -> tuple[Place, ...]:
    """Return the pairs of columns that are places, the one with most different points first.

    `headers` are columns of numbers of `frame`. Two belong together when their headers differ
    only in lat or latitude and lon, lng, long or longitude; the values must be degrees that
    vary.
    """
    north, east = _by_rest(headers, LATITUDE), _by_rest(headers, LONGITUDE)
    pairs = [(north[rest], east[rest]) for rest in north if rest in east]
    found = [
        (len(frame[[*pair]].drop_duplicates()), pair)
        for pair in pairs
        if _degrees(frame[pair[0]], 90) and _degrees(frame[pair[1]], 180)
    ]
    return tuple(pair for _, pair in sorted(found, key=lambda counted: -counted[0]))


def kilometres(latitude: Floats, longitude: Floats, to_north: Floats, to_east: Floats) -> Floats:
    """Return the great-circle distances (n,) between points in degrees (haversine formula).

    NaN where a coordinate is missing.
    """
    phi, psi = np.radians(latitude), np.radians(to_north)
    across = np.sin((psi - phi) / 2) ** 2
    along = np.sin(np.radians(to_east - longitude) / 2) ** 2
    chord = across + np.cos(phi) * np.cos(psi) * along
    way: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    return way


def _by_rest(headers: Sequence[str], of: set[str]) -> dict[tuple[str, ...], str]:
    """Return {the other words of a header: header} of those with one of the words."""
    found: dict[tuple[str, ...], str] = {}
    for header in headers:
        words = [word.lower() for word in WORD.findall(header)]
        rest = tuple(word for word in words if word not in of)
        if len(rest) == len(words) - 1:
            found.setdefault(rest, header)
    return found


def _degrees(values: pd.Series, most: int) -> bool:
    known = floats(values)
    known = known[np.isfinite(known)]
    return bool(len(known) and (np.abs(known) <= most).all() and np.ptp(known) > 0)
