"""The permission table as a page of the documentation, drawn from the Cedar policies, so that it cannot say otherwise.

`python -m reos.policy.permission_table` writes it; a test compares.
"""

from pathlib import Path

from reos.core.settings import PROJECT_ROOT
from reos.policy.kernel import Action, Role, permissions_of

PAGE = PROJECT_ROOT / "docs" / "permissions.md"

_HEAD = """# Who may do what

Drawn from `plugins/reos/policy/policies/*.cedar` by `python -m reos.policy.permission_table`: do not edit. Every action
is within the user's own tenant; why a rule is there stands beside it in the policy.
"""


def as_markdown() -> str:
    """Return the page: a row an action that people may take, a column a role."""
    granted = {role: set(permissions_of(role)) for role in Role}
    actions = [action for action in Action if any(action in mine for mine in granted.values())]
    lines = [f"| action | {' | '.join(Role)} |", f"|---|{'---|' * len(Role)}"]
    for action in actions:
        cells = " | ".join("yes" if action in granted[role] else "" for role in Role)
        lines.append(f"| `{action}` | {cells} |")
    return _HEAD + "\n" + "\n".join(lines) + "\n"


def write(page: Path = PAGE) -> None:
    """Write the page."""
    page.write_text(as_markdown(), encoding="utf-8")


if __name__ == "__main__":
    write()
