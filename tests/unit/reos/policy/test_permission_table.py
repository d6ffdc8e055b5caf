"""The page of permissions is what the policies say."""

from pathlib import Path

from reos.policy.kernel import Action, Role, permissions_of
from reos.policy.permission_table import PAGE, as_markdown, write


def test_the_committed_page_is_what_the_policies_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_markdown()


def test_each_role_has_as_many_yeses_as_permissions() -> None:
    rows = [line.split("|")[1:-1] for line in as_markdown().splitlines() if line.startswith("| `")]
    assert rows
    for column, role in enumerate(Role, start=1):
        told = {Action(row[0].strip().strip("`")) for row in rows if row[column].strip() == "yes"}
        assert told == set(permissions_of(role))


def test_it_is_written_where_asked(tmp_path: Path) -> None:
    write(tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text() == as_markdown()
