"""Addresses and parcel numbers as values: parse, normalise to USPS Publication 28, match key. Pure, no I/O."""

from reos.address.apn import ParcelKey, parcel_key
from reos.address.cluster import Decision, cluster_agrees, conflicts, decide, decide_cluster
from reos.address.compare import block_key
from reos.address.confidence import Reading
from reos.address.counties import county_fips, county_name
from reos.address.parsing import AddressParts, from_parts, parse
from reos.address.value import Address, Components, Problem

__all__ = [
    "Address",
    "AddressParts",
    "Components",
    "Decision",
    "ParcelKey",
    "Problem",
    "Reading",
    "block_key",
    "cluster_agrees",
    "conflicts",
    "county_fips",
    "county_name",
    "decide",
    "decide_cluster",
    "from_parts",
    "parcel_key",
    "parse",
]
