from pathlib import Path
from typing import Any

from reos.core.clock import SystemClock
from reos.pipeline.render_memos import MemoReport, render_pending


def test_a_run_before_the_warehouse_is_built_has_nothing_to_do(database: Any, tmp_path: Path) -> None:
    conn = database.connect("pipeline")
    assert render_pending(conn, settings=database.settings(state_dir=tmp_path), clock=SystemClock()) == MemoReport()
