import pytest

from reos.connectors.distance import metres_between


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((47.6, -122.3), (47.6, -122.3), 0.0),
        ((47.601, -122.3), (47.6, -122.3), 111.2),
        ((60.0, -122.301), (60.0, -122.3), 55.6),
    ],
)
def test_a_degree_of_longitude_is_shorter_in_the_north(one, other, metres):
    assert metres_between(one, other) == pytest.approx(metres, abs=0.1)
