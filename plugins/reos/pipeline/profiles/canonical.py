"""Our names for what an imported row may say: the keys of `raw.import_record.body`. A profile maps columns to them."""

from collections.abc import Mapping

CANONICAL: Mapping[str, str] = {
    "apn": "parcel number as the file writes it",
    "county_fips": "five-digit code of the county",
    "county": "name of the county; becomes county_fips and is not stored",
    "address": "street address, or the whole address in one line",
    "unit": "apartment or suite",
    "country": "country; anything but the United States refuses the row; not stored",
    "city": "city",
    "state": "US state",
    "zip5": "ZIP code",
    "latitude": "degrees north",
    "longitude": "degrees east",
    "sale_date": "date of a sale, YYYY-MM-DD",
    "sale_price": "price of that sale, whole US dollars",
    "beds": "bedrooms",
    "baths": "bathrooms, quarters counted",
    "living_sqft": "living area, square feet",
    "lot_sqft": "lot area, square feet",
    "floors": "floors",
    "year_built": "year of construction",
    "year_renovated": "year of the last renovation",
    "condition": "condition by the county's scale, 1 to 5",
    "grade": "construction grade by the county's scale, 1 to 13",
    "view": "view by the county's scale, 0 to 4",
    "waterfront": "whether the lot is on the water",
    "living_sqft_neighbours": "mean living area of the nearest neighbours, square feet",
    "lot_sqft_neighbours": "mean lot area of the nearest neighbours, square feet",
    "assessed_value": "assessed value, whole US dollars",
    "owner_name": "owner of record",
}
