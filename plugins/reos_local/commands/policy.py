"""`reos policy`: why something was decided, whether it would be decided again, and what edited rules would change."""

import json
import os
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from reos import db
from reos.core.errors import InvalidInputError
from reos.core.settings import get_settings
from reos.db.connection import Connection
from reos.policy import replay as replaying
from reos.policy.kernel import Decision, current_rules, decide
from reos.policy.questions import Action, Principal, Resource, Role
from reos.policy.ruleset import read_rules
from reos.policy.source_terms import terms_of
from reos_local.commands import policy_screen, screen
from reos_local.stack import operator

app = typer.Typer(help="Explain decisions, replay them, and see what edited rules would change.", no_args_is_help=True)

_ANYBODY = UUID(int=0)
_QUESTION = 3  # principal, action, resource

Last = Annotated[int, typer.Option(min=1, help="So many decisions, the newest first.")]


@app.command("explain")
def explain(
    asked: Annotated[
        list[str],
        typer.Argument(
            help="A decision's id; or a question: who (a role or service), an action, and the id of what it is about.",
            metavar="DECISION | WHO ACTION WHAT",
            show_default=False,
        ),
    ],
    context: Annotated[str, typer.Option(help="The facts of a question, as JSON.")] = "{}",
    attributes: Annotated[
        str, typer.Option(help="What is known of a question's resource, as JSON; a source's terms are looked up.")
    ] = "{}",
) -> None:
    """Say which rules decided, why, and what would make a refused request allowed.

    For example: reos policy explain enrichment sources:use zillow_bridge --context '{"purpose": "score"}'.
    """
    with screen.failing_clearly():
        console = screen.make_console()
        if len(asked) == 1:
            with _connection() as conn, db.transaction(conn):
                (stored,) = replaying.chosen(conn, [_uuid(asked[0])])
                kept = replaying.kept_rules(conn, [stored.version])
            policy_screen.show_stored(console, stored, kept.get(stored.version), replaying.replay([stored], kept)[0])
        elif len(asked) == _QUESTION:
            who, action, what = asked
            policy_screen.show_decision(console, _decided(who, action, what, _json(context), _json(attributes)))
        else:
            raise InvalidInputError(
                f"{len(asked)} words are no question.", remedy="Give an id, or who, action and what."
            )


@app.command("replay")
def replay(
    ids: Annotated[
        list[UUID] | None, typer.Argument(help="Decisions by id, instead of the last ones.", show_default=False)
    ] = None,
    last: Last = 1000,
) -> None:
    """Decide stored decisions again under the very rules that made them. Exit status 1 when one comes out otherwise."""
    with screen.failing_clearly():
        with _connection() as conn, db.transaction(conn):
            stored = replaying.chosen(conn, ids) if ids else replaying.last(conn, last)
            kept = replaying.kept_rules(conn, [one.version for one in stored])
        results = replaying.replay(stored, kept)
        policy_screen.show_replay(screen.make_console(), results)
    if not all(result.same for result in results):
        raise typer.Exit(1)


@app.command("diff")
def diff(
    policies: Annotated[Path, typer.Option(help="The folder with the edited *.cedar files and their schema.")],
    last: Last = 1000,
) -> None:
    """Show which of the last decisions would come out otherwise under edited rules, before they are switched on."""
    with screen.failing_clearly():
        edited = read_rules(policies)
        with _connection() as conn, db.transaction(conn):
            stored = replaying.last(conn, last)
        policy_screen.show_diff(screen.make_console(), current_rules(), edited, replaying.diff(stored, edited))


def _decided(who: str, action: str, what: str, context: dict[str, Any], attributes: dict[str, Any]) -> Decision:
    role = Role(who) if who in set(Role) else None
    if action not in set(Action):
        raise InvalidInputError(f"There is no action {action!r}.", remedy=f"Actions are {', '.join(Action)}.")
    asked = Action(action)
    resource = Resource(asked.kind, _ANYBODY, what, attributes)
    if asked.kind == "Source" and not attributes:
        resource = terms_of(what).resource(_ANYBODY)
    return decide(Principal("anybody" if role else who, _ANYBODY, role), asked, resource, context)


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise InvalidInputError(f"{text!r} is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise InvalidInputError(f"{text!r} is no JSON object.")
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise InvalidInputError(
            f"{text!r} is no decision's id.", remedy="They are listed at GET /v1/policy/decisions."
        ) from error


def _connection() -> Connection:
    if "REOS_DB_PIPELINE_URL" not in os.environ:
        operator.adopt(screen.current_layout())
    return db.connect(get_settings().required("db_pipeline_url"), application_name="reos-policy")
