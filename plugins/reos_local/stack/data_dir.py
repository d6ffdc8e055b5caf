"""Where PostgreSQL keeps its data. Normally `<state>/postgres`.

As root the server runs as a user of its own. Below a private home it could not reach the state directory, and opening
somebody's home for it would be rude: the data then lives in `/var/tmp/reos-<hash>/postgres` and `<state>/postgres` is
a link that says so.
"""

from pathlib import Path

from reos_local import postgres
from reos_local.stack.layout import Layout, claim_private_folder


def data_dir(layout: Layout) -> Path:
    """Return PostgreSQL's data directory of this stack, deciding once and recording an outside place as a link."""
    inside = layout.state / "postgres"
    if inside.is_symlink():
        claim_private_folder(layout.short)
        return inside.readlink()
    if inside.exists() or postgres.reachable(layout.state):
        return inside
    claim_private_folder(layout.short)
    outside = layout.short / "postgres"
    inside.symlink_to(outside)
    return outside
