"""How far two places lie apart that are near one another, such as a property and what a provider says is there."""

import math

_METRES_A_DEGREE = 111_195.0  # of latitude, on a sphere of 6,371 km


def metres_between(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two near points, each (latitude, longitude) in degrees.

    Equirectangular projection: over a few kilometres the error is far below what addresses are off by.
    """
    north = one[0] - other[0]
    east = (one[1] - other[1]) * math.cos(math.radians(one[0]))
    return math.hypot(north, east) * _METRES_A_DEGREE
