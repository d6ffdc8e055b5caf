import os
import subprocess
import sys

import pytest

from reos.memos.renderer import MemoRenderError, Renderer

PAGE = "<!doctype html><html><body><p>Hello</p></body></html>"
ID = b"0123456789abcdef"


def _process_id(renderer: Renderer) -> int:
    assert renderer._process is not None
    return renderer._process.pid


def test_one_warm_process_serves_many_documents() -> None:
    with Renderer() as renderer:
        first = renderer.render(PAGE, ID, 2)
        pid = _process_id(renderer)
        second = renderer.render(PAGE, ID, 2)
        assert _process_id(renderer) == pid
    assert first == second
    assert first.pages == 1
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_bad_document_is_an_error_and_the_process_goes_on() -> None:
    many = "<!doctype html><html><body>" + '<p style="break-after: page">x</p>' * 5 + "</body></html>"
    with Renderer() as renderer:
        with pytest.raises(MemoRenderError, match="has 5 pages and may have 2"):
            renderer.render(many, ID, 2)
        with pytest.raises(MemoRenderError, match="may not load"):
            renderer.render('<img src="file:///etc/passwd">', ID, 2)
        assert renderer.render(PAGE, ID, 2).pages == 1


def test_a_document_over_the_cpu_limit_kills_the_process_and_not_us() -> None:
    endless = "<!doctype html><html><body>" + "<p>word word word</p>" * 30_000 + "</body></html>"
    with Renderer(cpu_seconds=1) as renderer:
        with pytest.raises(MemoRenderError, match="did not finish"):
            renderer.render(endless, ID, 2)
        assert renderer.render(PAGE, ID, 2).pages == 1


def test_a_document_that_takes_too_long_is_given_up() -> None:
    slow = "<!doctype html><html><body>" + "<p>word word word</p>" * 20_000 + "</body></html>"
    with Renderer(timeout=0.2) as renderer, pytest.raises(MemoRenderError, match="no answer in time"):
        renderer.render(slow, ID, 2)


def test_a_killed_process_is_replaced() -> None:
    with Renderer() as renderer:
        renderer.render(PAGE, ID, 2)
        pid = _process_id(renderer)
        os.kill(pid, 9)
        with pytest.raises(MemoRenderError):
            renderer.render(PAGE, ID, 2)
        assert renderer.render(PAGE, ID, 2).pages == 1
        assert _process_id(renderer) != pid


def test_the_process_gets_no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REOS_DB_APP_URL", "postgresql://secret")
    with Renderer() as renderer:
        renderer.render(PAGE, ID, 2)
        with open(f"/proc/{_process_id(renderer)}/environ", "rb") as environment:  # noqa: PTH123
            assert b"REOS_" not in environment.read()


def test_the_caller_does_not_load_the_layout_engine() -> None:
    """It takes seconds, and a run that has nothing to render should not pay for it."""
    program = "import sys, reos.pipeline.render_memos; sys.exit('weasyprint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0  # noqa: S603
