"""From a memo to HTML: one Jinja template in a sandbox, escaping everything that is not a chart of ours."""

from functools import lru_cache
from importlib.resources import files

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from reos.memos import charts, formatting
from reos.memos.model import Agreement, Memo
from reos.memos.present import MAX_DIFFERENCES
from reos.memos.typeface import declarations

TEMPLATE_VERSION = "1"
PAGES = 2
_LEVEL = {Agreement.CONFIRMED: 3, Agreement.SINGLE: 2, Agreement.DISPUTED: 1}


def _asset(name: str) -> str:
    return files("reos.memos").joinpath("assets", name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_asset("memo.html.j2"))


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """Return the memo's CSS, with its fonts declared."""
    return declarations() + _asset("memo.css")


def html(memo: Memo) -> str:
    """Return the memo as one HTML document without outside references but its fonts."""
    return _template().render(
        memo=memo,
        steps=charts.steps(memo.reasons),
        charts=charts,
        fmt=formatting,
        level=_LEVEL,
        differences=memo.differences[:MAX_DIFFERENCES],
        more_differences=max(0, len(memo.differences) - MAX_DIFFERENCES),
        css=Markup(stylesheet()),  # noqa: S704 - our own file
    )
