"""Airflow executes the files of the plugins folder by their bare names; only `reos_plugin.py` may be among them."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pytest

PLUGINS = Path(__file__).resolve().parents[3] / "plugins"
STANDARD_LIBRARY = sysconfig.get_path("stdlib")

LOAD = """
import json, sys
from airflow import plugins_manager
plugins, errors = plugins_manager._get_plugins()
ours = [p for p in plugins if "PluginsDirectory" in type(p.source).__name__]
by_bare_name = [n for n, m in sys.modules.items()
                if "." not in n and str(getattr(m, "__file__", None)).startswith(sys.argv[1])]
print(json.dumps({
    "errors": errors,
    "ours": [[p.name, p.external_views, p.fastapi_apps, p.flask_blueprints] for p in ours],
    "executed": sorted(by_bare_name),
    "email": sys.modules["email"].__file__,
    "logging": sys.modules["logging"].__file__,
}))
"""


def load(**environment: str) -> dict[str, Any]:
    command = [sys.executable, "-c", f"import email\n{LOAD}", str(PLUGINS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | environment)  # noqa: S603
    loaded: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return loaded


@pytest.fixture(scope="module")
def loaded() -> dict[str, Any]:
    return load(REOS_PUBLIC_URL="http://127.0.0.1:8000", REOS_DATA_DOCS_URL="http://127.0.0.1:9/")


def test_only_the_plugin_file_was_executed(loaded: dict[str, Any]) -> None:
    packages = {"reos", "reos_airflow"}  # imported by the plugin as what they are
    assert set(loaded["executed"]) - packages == {"reos_plugin"}
    assert loaded["errors"] == {}


@pytest.mark.parametrize("module", ["email", "logging"])
def test_the_standard_library_stays_itself(loaded: dict[str, Any], module: str) -> None:
    assert loaded[module] == f"{STANDARD_LIBRARY}/{module}/__init__.py"


def test_the_plugin_links_to_the_pages_that_are_set_and_serves_nothing(loaded: dict[str, Any]) -> None:
    ((name, views, fastapi_apps, flask_blueprints),) = loaded["ours"]
    assert name == "reos"
    assert [(view["name"], view["href"]) for view in views] == [
        ("API reference", "http://127.0.0.1:8000/docs"),
        ("Data Docs", "http://127.0.0.1:9"),
    ]
    assert (fastapi_apps, flask_blueprints) == ([], [])
    assert all("url_route" not in view for view in views)  # our pages refuse to be framed


def test_every_package_in_the_folder_is_on_the_ignore_list() -> None:
    packages = {f"{path.parent.name}/" for path in PLUGINS.glob("*/__init__.py")}
    lines = (PLUGINS / ".airflowignore").read_text().splitlines()
    assert packages <= set(lines)
    assert [path.name for path in PLUGINS.glob("*.py")] == ["reos_plugin.py"]
