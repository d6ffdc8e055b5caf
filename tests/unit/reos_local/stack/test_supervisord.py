import os
import stat
import sys
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from reos.core.errors import ConfigurationError, UnavailableError
from reos_local.stack import supervisord
from reos_local.stack.layout import Layout
from reos_local.stack.programs import Program


def program(name: str = "api", **changes: object) -> Program:
    given: dict[str, object] = {"title": name, "command": (sys.executable, "-c", "print('50% done')"), "ready": bool}
    return Program(name=name, **(given | changes))  # type: ignore[arg-type]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "state dir")
    made.create()
    return made


def parsed(layout: Layout) -> ServerOptions:
    """Read the configuration with supervisord's own parser."""
    options = ServerOptions()
    options.realize(["-c", str(layout.supervisor_conf)], progname="supervisord")
    options.process_config(do_usage=False)
    return options


def test_supervisord_reads_back_what_was_described(layout: Layout) -> None:
    told = {"KEYS": '{"a":"b;c"}', "PLAIN": "x,y=z", "PERCENT": "100%"}
    api = program(environment=told, stop_signal="INT", stop_seconds=7, directory=layout.state, priority=3)
    supervisord.write_config([api], layout, {"SHARED": "yes"})
    groups = {group.name: group for group in parsed(layout).process_group_configs}
    config = groups["api"].process_configs[0]
    assert config.environment == {"SHARED": "yes", **told}
    assert config.command == f"{sys.executable} -c 'print('\"'\"'50% done'\"'\"')'"
    assert (config.autostart, config.stopsignal, config.stopwaitsecs, config.priority) == (False, 2, 7, 3)
    assert config.directory == str(layout.state)
    assert config.killasgroup


def test_the_event_listener_comes_with_it_and_starts_by_itself(layout: Layout) -> None:
    supervisord.write_config([], layout, {})
    (group,) = parsed(layout).process_group_configs
    listener = group.process_configs[0]
    assert "reos_local.stack.listener" in listener.command
    assert listener.autostart


def test_one_process_does_not_see_the_environment_of_another(layout: Layout) -> None:
    programs = [program("one", environment={"SECRET_ONE": "1"}), program("two", environment={"SECRET_TWO": "2"})]
    supervisord.write_config(programs, layout, {})
    seen = {g.name: g.process_configs[0].environment for g in parsed(layout).process_group_configs}
    assert seen["one"] == {"SECRET_ONE": "1"}
    assert seen["two"] == {"SECRET_TWO": "2"}


def test_the_configuration_is_closed_to_others_since_it_holds_secrets(layout: Layout) -> None:
    supervisord.write_config([program()], layout, {})
    assert stat.S_IMODE(layout.supervisor_conf.stat().st_mode) == 0o600


def test_the_user_is_only_changed_by_root(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert "user=" not in supervisord.render([program(user="nobody")], layout, {})
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "user=nobody" in supervisord.render([program(user="nobody")], layout, {})


@pytest.mark.parametrize("value", ["two\nlines", "both ' and \"", "a ; comment"])
def test_a_value_that_supervisord_would_misread_is_refused(layout: Layout, value: str) -> None:
    with pytest.raises(ConfigurationError):
        supervisord.render([program(environment={"KEY": value})], layout, {})


def test_a_supervisor_that_is_not_there_does_not_answer(layout: Layout) -> None:
    client = supervisord.Supervisor(layout)
    assert not client.is_alive()
    with pytest.raises(UnavailableError):
        client.processes()
