"""Where else to look: the API's reference, the web app, Data Docs and dbt docs, as far as this installation has them.

Each comes from an environment variable; what is not set is not shown.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """A page outside Airflow."""

    name: str
    href: str


_PAGES = (  # label, variable, path below it
    ("Web app", "REOS_WEB_URL", ""),
    ("API reference", "REOS_PUBLIC_URL", "/docs"),
    ("Data Docs", "REOS_DATA_DOCS_URL", ""),
    ("dbt docs", "REOS_DBT_DOCS_URL", ""),
)


def links(environment: Mapping[str, str] = os.environ) -> list[Link]:
    """Return the pages whose variable is set to an http(s) URL."""
    found = ((name, environment.get(variable, ""), path) for name, variable, path in _PAGES)
    return [Link(name, url.rstrip("/") + path) for name, url, path in found if url.startswith(("http://", "https://"))]


def markdown_links(environment: Mapping[str, str] = os.environ) -> str:
    """Return the line "**Links:** …" in Markdown, ending with the asset graph, which is always there."""
    pages = [Link("Asset graph", "/assets"), *links(environment)]
    return "**Links:** " + " · ".join(f"[{page.name}]({page.href})" for page in pages)
