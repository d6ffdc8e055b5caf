"""Whether a row's latitude and longitude can be a place in the United States; and if not, what went wrong with them."""

# From Guam to the tip of Alaska, and American Samoa; from Puerto Rico to Attu, and Guam with the Marianas.
_LATITUDES = ((13.0, 72.0), (-15.0, -10.0))
_LONGITUDES = ((-180.0, -64.0), (144.0, 180.0))
_POLE, _DATE_LINE = 90.0, 180.0


def check_point(latitude: float | None, longitude: float | None) -> None:
    """Raise `ValueError` with a sentence when the two, in degrees, are not a point in the United States."""
    if latitude is None and longitude is None:
        return
    if latitude is None or longitude is None:
        there, absent = ("longitude", "latitude") if latitude is None else ("latitude", "longitude")
        raise ValueError(f"has a {there} without a {absent}")
    if _is_inside(latitude, longitude):
        return
    if _is_inside(longitude, latitude):
        raise ValueError(
            f"latitude and longitude swapped: {latitude:g}, {longitude:g} is not in the United States, "
            f"{longitude:g}, {latitude:g} is; swap the two columns, or the two cells of this row"
        )
    if abs(latitude) > _POLE or abs(longitude) > _DATE_LINE:
        raise ValueError(
            f"{latitude:g}, {longitude:g} are no latitude and longitude in degrees; export the coordinates as WGS 84"
        )
    raise ValueError(f"latitude {latitude:g}, longitude {longitude:g} is not in the United States")


def _is_inside(latitude: float, longitude: float) -> bool:
    return any(low <= latitude <= high for low, high in _LATITUDES) and any(
        low <= longitude <= high for low, high in _LONGITUDES
    )
