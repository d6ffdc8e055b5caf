"""The operator's own commands work with the running stack: they get its secrets and ports without being told."""

import os

from reos.core.settings import get_settings
from reos_local.stack import airflow_home, environment, records, secrets
from reos_local.stack.layout import Layout
from reos_local.stack.ports import Ports, read_ports


def ports_of(layout: Layout) -> Ports:
    """Return the ports on which the stack was started; those of the environment when it is not running."""
    record = records.read_stack(layout.record)
    return Ports.model_validate(record.ports) if record else read_ports()


def adopt(layout: Layout) -> None:
    """Give this process the stack's settings, beside which what the environment says explicitly stands.

    Raises `ConfigurationError` when there is no stack to take them from.
    """
    for name, value in settings_of(layout).items():
        if name.startswith("REOS_"):
            os.environ.setdefault(name, value)
    get_settings.cache_clear()


def settings_of(layout: Layout) -> dict[str, str]:
    """Return every variable of the stack, Airflow's included; `ConfigurationError` when there is no stack."""
    ports, known = ports_of(layout), secrets.load(layout.secrets)
    return {**environment.everything(layout, ports, known), **airflow_home.settings(layout, ports, known)}
