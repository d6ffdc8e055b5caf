import os
import stat
from pathlib import Path

import pytest

from reos.core.errors import ConfigurationError, ConflictError
from reos.core.settings import Settings
from reos_local import postgres
from reos_local.stack import data_dir, disk, layout, lock
from reos_local.stack.layout import Layout, layout_of


def test_two_state_directories_share_nothing(tmp_path: Path) -> None:
    one, two = layout_of(tmp_path / "a"), layout_of(tmp_path / "b")
    names = ("secrets", "record", "supervisor_socket", "supervisor_conf", "processes", "airflow", "valkey")
    assert not {getattr(one, name) for name in names} & {getattr(two, name) for name in names}


def test_a_relative_state_directory_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert layout_of(Path("x")).state == tmp_path / "x"


def test_the_socket_of_a_deep_folder_fits_the_systems_limit(tmp_path: Path, short_folder: Path) -> None:
    deep = Layout(tmp_path / ("d" * 60) / ("e" * 60))
    assert deep.supervisor_socket == short_folder / "supervisor.sock"
    assert Layout(Path("/srv/reos")).supervisor_socket == Path("/srv/reos/run/supervisor.sock")


def test_nobody_else_can_look_into_the_folders(tmp_path: Path) -> None:
    made = Layout(tmp_path / "s")
    made.create()
    folders = [path for path in made.state.iterdir() if path.is_dir()]
    assert made.memos in folders
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    assert stat.S_IMODE(made.state.stat().st_mode) == 0o711
    assert made.marker.exists()


def test_the_folders_are_where_the_settings_look(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path)
    assert (settings.inbox_dir, settings.memo_dir) == (Layout(tmp_path).inbox, Layout(tmp_path).memos)


def test_a_planted_link_in_a_shared_folder_is_refused(tmp_path: Path, short_folder: Path) -> None:
    short_folder.symlink_to(tmp_path)
    with pytest.raises(ConfigurationError, match="belongs to another user"):
        layout.claim_private_folder(short_folder)


def test_data_stays_in_the_state_directory_where_others_may_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "reachable", lambda _: True)
    assert data_dir.data_dir(Layout(tmp_path)) == tmp_path / "postgres"


def test_below_a_private_home_data_goes_outside_and_a_link_says_so(
    tmp_path: Path, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "reachable", lambda _: False)
    assert data_dir.data_dir(Layout(tmp_path)) == short_folder / "postgres"
    assert (tmp_path / "postgres").readlink() == short_folder / "postgres"
    monkeypatch.setattr(postgres, "reachable", lambda _: True)
    assert data_dir.data_dir(Layout(tmp_path)) == short_folder / "postgres"


def test_a_private_parent_is_not_reachable_for_the_servers_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    home = tmp_path / "home"
    (home / "clone").mkdir(parents=True)
    home.chmod(0o700)
    assert not postgres.reachable(home / "clone")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert postgres.reachable(home / "clone")


def test_a_full_disk_is_refused_with_figures_and_a_way_out(tmp_path: Path) -> None:
    disk.refuse_full(tmp_path, needed_mb=1)
    with pytest.raises(ConfigurationError, match="the stack needs 999999999 MB") as caught:
        disk.refuse_full(tmp_path / "not" / "there", needed_mb=999_999_999)
    assert "REOS_STATE_DIR" in str(caught.value.remedy)


def test_two_commands_cannot_start_one_stack_at_once(tmp_path: Path) -> None:
    made = Layout(tmp_path)
    with (
        lock.exclusive(made),
        pytest.raises(ConflictError, match=rf"pid {os.getpid()}\) is starting or stopping"),
        lock.exclusive(made),
    ):
        pass
    with lock.exclusive(made):
        pass
