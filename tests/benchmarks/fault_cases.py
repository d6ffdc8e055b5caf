"""What the fault matrix tries: each provider through the use-case that asks it."""

from tests.benchmarks.fault_bench import Bench
from tests.benchmarks.fault_drives import Drive, Kinds, Load, Lookups

from reos.pipeline.load_market_acs import load_acs
from reos.pipeline.load_market_zillow import load_zillow
from reos.pipeline.load_reference_county import load_county
from reos.pipeline.load_reference_file import load_openaddresses

_PLACE, _YEAR = "us/wa/king", 2023
_REFUSED = frozenset({"reference_load_refused"})
_UNAVAILABLE = frozenset({"unavailable"})
_BROKEN_FILE = frozenset({"invalid_input"})
_AUTH = frozenset({"auth"})
_NOT_FOUND: Kinds = frozenset({"not_found"})


def _openaddresses(bench: Bench, longest_s: float) -> None:
    egress = bench.egress_factory(longest_s)
    load_openaddresses(bench.conn, _PLACE, settings=bench.settings(), clock=bench.clock, egress=egress)


def _county(bench: Bench, longest_s: float) -> None:
    given = {"settings": bench.settings(), "clock": bench.clock, "egress": bench.egress_factory(longest_s)}
    load_county(bench.conn, "cook_il_addresses", mode="full", **given)


def _zillow(bench: Bench, longest_s: float) -> None:
    egress = bench.egress_factory(longest_s)
    given = {"settings": bench.settings(), "clock": bench.clock, "egress": egress}
    load_zillow(bench.conn, "zhvi_zip", accept_drop=True, **given)  # so it is read again though nothing has changed


def _acs(bench: Bench, longest_s: float) -> None:
    egress = bench.egress_factory(longest_s)
    given = {"settings": bench.settings(), "clock": bench.clock, "egress": egress}
    load_acs(bench.conn, "county", year=_YEAR, accept_drop=True, **given)


def drives() -> list[Drive]:
    """Return fresh drives, the lookups first."""
    return [
        Lookups("attom", "attom", ("attom",), ("attom",), expected={"error_in_200": _NOT_FOUND}),
        Lookups("regrid", "regrid", ("regrid",), ("regrid",)),
        Lookups("county assessor", "county", ("county_assessor",), ("county_assessor",)),
        Lookups("fema", "fema", ("fema",), ("fema_nfhl",)),
        Lookups("census geocoder", "census", ("census_geocoder",), count=1),
        Lookups("zillow bridge", "zillow", ("zillow",), ("zillow_bridge",)),
        Load("zillow research", "zillow", _zillow, "raw.zillow_index"),
        Load("census acs", "census", _acs, "raw.census_acs", expected={"error_in_200": _AUTH}),
        Load(
            *("county portal", "county", _county, "app.address_point", {"path": "/17031/"}),
            expected={"schema_drift": _REFUSED},
        ),
        Load("openaddresses list", "openaddresses", _openaddresses, "app.address_point", {"path": "/api/data"}),
        Load(
            *("openaddresses file", "openaddresses", _openaddresses, "app.address_point", {"path": "/batch-prod/"}),
            expected={"malformed": _BROKEN_FILE, "schema_drift": _REFUSED, "error_in_200": _REFUSED | _UNAVAILABLE},
        ),
    ]
