from reos.db import rls
from reos.db.roles import APP, DEFINER


def test_isolation_is_forced_and_checks_writes():
    statements = rls.isolate("app.thing")
    assert "alter table app.thing force row level security" in statements
    policies = [statement for statement in statements if statement.startswith("create policy")]
    assert len(policies) == len(rls.POLICY_NAMES)
    for policy in policies:
        using = policy.split(" using (")[1].split(") with check")[0]
        assert policy.endswith(f"with check ({using})")


def test_restrictive_policies_are_the_ones_that_name_the_tenant():
    for policy in rls.isolate("app.thing"):
        if policy.startswith("create policy"):
            assert ("as restrictive" in policy) == (rls.TENANT in policy)


def test_definer_function_is_pinned_given_away_and_closed():
    statements = rls.definer_function("app.f(int)", "app.f(n int) returns int language sql", "select n", execute=[APP])
    assert "set search_path = pg_catalog, pg_temp" in statements[0]
    assert f"alter function app.f(int) owner to {DEFINER}" in statements
    assert statements.index("revoke all on function app.f(int) from public") < statements.index(
        f"grant execute on function app.f(int) to {APP}"
    )


def test_changes_of_both_kinds_are_queued():
    assert [("insert" in s, "update" in s) for s in rls.queue_changes("raw.thing")] == [(True, False), (False, True)]


def test_grants_name_their_privileges():
    assert rls.grant("app.thing", {APP: "select, insert"}) == [f"grant select, insert on app.thing to {APP}"]
