"""What `reos policy` prints: a decision with its rules, a replay, and the difference that edited rules make."""

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from reos.policy.kernel import Decision, current_rules
from reos.policy.replay import Replayed, Stored, Verdict
from reos.policy.ruleset import Rule, RuleSet

_SHOWN = 20


def show_decision(console: Console, decision: Decision) -> None:
    """Print the answer to a question, the rules that gave it, and what would make a refusal a permit."""
    rules = current_rules().rules
    _show_verdict(console, decision.allow, [rules[name] for name in decision.policy_ids], decision.reasons)
    for obligation in decision.obligations:
        console.print(f"obligation  {escape(obligation)}", soft_wrap=True)
    if decision.remedy:
        console.print(f"to do       {escape(decision.remedy)}", soft_wrap=True)


def show_stored(console: Console, stored: Stored, kept: RuleSet | None, again: Replayed) -> None:
    """Print a stored decision with the rules that made it, and whether it comes out the same again."""
    row = stored.row
    console.print(
        f"{row['decided_at']:%Y-%m-%d %H:%M:%S}  {row['action']}  {_who(stored)}  {_what(stored)}", soft_wrap=True
    )
    known = kept.rules if kept else {}
    rules = [known[name] for name in row["policy_ids"] if name in known]
    _show_verdict(console, row["allow"], rules, row["reasons"])
    for rule in rules:
        if rule.remedy:
            console.print(f"to do       {escape(rule.remedy)}", soft_wrap=True)
    if row["context"]:
        console.print(f"facts       {escape(str(row['context']))}", soft_wrap=True)
    console.print(f"rules of    {stored.version}")
    console.print(f"replayed    {'the same' if again.same else escape(again.problem) or _verdict(again.now)}")


def show_replay(console: Console, results: Sequence[Replayed]) -> None:
    """Print how many decisions came out the same, and those that did not."""
    other = [result for result in results if not result.same]
    for result in other[:_SHOWN]:
        told = result.problem or ("The stored question was changed." if not result.stored.intact else "")
        console.print(_line(result, told), soft_wrap=True)
    console.print(f"{len(results) - len(other):,} of {len(results):,} decisions come out the same again.")


def show_diff(console: Console, current: RuleSet, edited: RuleSet, results: Sequence[Replayed]) -> None:
    """Print which rules differ, and which decisions would have another verdict."""
    added, gone = sorted(edited.rules.keys() - current.rules.keys()), sorted(current.rules.keys() - edited.rules.keys())
    kept = current.rules.keys() & edited.rules.keys()
    changed = sorted(rule for rule in kept if current.documents[rule] != edited.documents[rule])
    for what, names in (("added", added), ("removed", gone), ("changed", changed)):
        console.print(f"rules {what:8}{', '.join(names) or '-'}", soft_wrap=True)
    other = [result for result in results if result.changed]
    for result in other[:_SHOWN]:
        console.print(_line(result, result.problem), soft_wrap=True)
    if len(other) > _SHOWN:
        console.print(f"  and {len(other) - _SHOWN:,} more")
    if other:
        console.print(_sums(other))
    console.print(f"{len(other):,} of the last {len(results):,} decisions would have another verdict.")


def _show_verdict(console: Console, allow: bool, rules: Sequence[Rule], reasons: Sequence[str]) -> None:  # noqa: FBT001 - the verdict
    console.print(f"verdict     {'[green]permitted[/]' if allow else '[red]refused[/]'}")
    if not rules:
        console.print("rule        default deny")
    for rule in rules:
        console.print(
            f"rule        {rule.id} ({rule.group}){f', {escape(rule.law)}' if rule.law else ''}", soft_wrap=True
        )
    for reason in reasons:
        console.print(f"reason      {escape(reason)}", soft_wrap=True)


def _sums(results: Sequence[Replayed]) -> Table:
    table = Table("action", "was", "would be", box=None, pad_edge=False)
    table.add_column("decisions", justify="right")
    counts = Counter(
        (str(result.stored.row["action"]), _verdict(result.stored.verdict), _verdict(result.now)) for result in results
    )
    for names, count in sorted(counts.items()):
        table.add_row(*map(escape, names), f"{count:,}")
    return table


def _line(result: Replayed, told: str) -> str:
    stored = result.stored
    was, now = _verdict(stored.verdict), _verdict(result.now)
    place = f"{stored.decision_id} {stored.row['action']} {_who(stored)} {_what(stored)}"
    return f"  {escape(place)}: {escape(was)} -> {escape(now)}{f' ({escape(told)})' if told else ''}"


def _who(stored: Stored) -> str:
    return str(stored.row["principal"]["role"] or stored.row["principal"]["id"])


def _what(stored: Stored) -> str:
    return f"{stored.row['resource']['kind']} {stored.row['resource']['id'] or 'any'}"


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return "undecidable"
    return f"{'permit' if verdict[0] else 'refuse'} by {', '.join(verdict[1]) or 'default deny'}"
