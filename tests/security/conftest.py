"""Lends the database fixtures of the integration tests to this folder (a conftest reaches only its own folder)."""

import importlib.util
from pathlib import Path

_PATH = Path(__file__).parents[1] / "integration" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("integration_fixtures", _PATH)
assert _SPEC is not None
assert _SPEC.loader is not None
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)

server = _MODULE.server
template = _MODULE.template
database = _MODULE.database
module_database = _MODULE.module_database
two_tenants = _MODULE.two_tenants
make_tenants = _MODULE.make_tenants
