"""The walk over all routes: none without a decision on login, role and forgery, and the decisions hold."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter

from service.clock import utc_now
from service.model.user import SCOPES, Role
from service.storage.database import Database
from service.web import create_app
from service.web.access import ANY, require_decisions
from tests.integration.test_web_security import carries_all_headers, link_to
from tests.support.news import ARTICLE, STORY, store
from tests.support.routes import Known, known_routes
from tests.support.web import Answer, Site, context, signed_in, site, user, with_token

OPEN = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/login"),
    ("POST", "/login"),
    ("GET", "/setup"),
    ("POST", "/setup"),
    ("POST", "/logout"),
    ("POST", "/language"),
    ("GET", "/act/{token}"),
    ("POST", "/act/{token}"),
}
"""All that answers to somebody unknown once there is a user, beside /static. Whoever adds a line says why in the review."""
NOT_ROUTED = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND")
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def running(sqlite_database: Database) -> Iterator[Site]:
    store(sqlite_database, ARTICLE, STORY, utc_now())
    user(sqlite_database)
    with site(sqlite_database, hosts=["watch.example.com"]) as running:
        yield running


@pytest.fixture
def known(sqlite_database: Database) -> list[Known]:
    """All but HEAD, which is part of the route for GET and of its decision."""
    found = known_routes(create_app(context(sqlite_database)))
    gets = {route.path: route.decisions for route in found if route.method == "GET"}
    assert all(route.decisions == gets[route.path] for route in found if route.method == "HEAD")
    assert len(gets) >= 20
    return [route for route in found if route.method != "HEAD"]


@pytest.fixture
def alert_id(sqlite_database: Database) -> str:
    with sqlite_database.read() as connection:
        return str(connection.exec_driver_sql("SELECT id FROM alerts LIMIT 1").scalar_one())


def ask(running: Site, route: Known, alert_id: str = "nobody", **headers: str) -> Answer:
    """Ask for a route, with no body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    path = route.filled(alert_id=alert_id, token=link_to(alert_id))
    return running.ask(path, route.method, named, whole=not path.endswith("/stream"))


def rank(route: Known) -> int:
    """The rank of the role that a route needs; -1 for none."""
    return max((one.role.rank if one.role else -1 for one in route.decisions), default=-1)


def is_open(route: Known) -> bool:
    return (route.method, route.path) in OPEN


def test_every_route_has_decided(known: list[Known]) -> None:
    for route in known:
        assert route.decisions, route
        assert is_open(route) == all(one.role is None for one in route.decisions), route
        forgeable = [one for one in route.decisions if one.forgeable]
        assert not forgeable or route.path == "/act/{token}", route


def test_an_application_with_a_route_that_says_nothing_does_not_start() -> None:
    routes = APIRouter()
    routes.get("/forgotten")(lambda: "open")
    with pytest.raises(AssertionError, match="/forgotten: say who may ask"):
        require_decisions(routes.routes)


def test_ghsa_vwgh_2hvh_4xm5_cve_2024_23329_unknown_readers_meet_the_open_list_alone(
    running: Site, known: list[Known], alert_id: str
) -> None:
    for route in known:
        answer = ask(running, route, alert_id, **({"Sec-Fetch-Site": "same-origin"} if route.changes else {}))
        assert carries_all_headers(answer), route
        if is_open(route):
            assert answer.status < 500, route
            assert not answer.headers.get("location", "").startswith("/login?"), route
        elif route.path.startswith(("/api/", "/feeds/")):
            assert (answer.status, answer.headers["www-authenticate"]) == (401, "Bearer"), route
        else:
            assert (answer.status, answer.headers["location"].partition("?")[0]) == (303, "/login"), route


def test_cve_2026_35490_no_spelling_of_a_path_opens_what_is_closed(running: Site) -> None:
    for path in (
        "//",
        "/./",
        "/static/../",
        "/healthz/../users",
        "/users/",
        "/USERS",
        "/users;/healthz",
        "/users?/static/",
        "/%75sers",
    ):
        answer = running.ask(path)
        assert answer.status in (303, 307, 404), path
        assert "admin" not in answer.text, path


def test_ghsa_3v57_xv5m_v7m7_a_change_that_no_page_of_ours_asked_for_is_refused(
    running: Site, sqlite_database: Database, known: list[Known]
) -> None:
    admin = signed_in(running, sqlite_database)
    foreign: tuple[dict[str, str], ...] = (
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    )
    for route in known:
        if not route.changes or route.path == "/act/{token}":
            continue
        for headers in foreign:
            refused = ask(admin, route, **headers)
            assert refused.status == 403, (route, headers)
            assert carries_all_headers(refused), route
        assert ask(running, route).status == 403, route


def test_each_role_meets_what_it_may(running: Site, sqlite_database: Database, known: list[Known]) -> None:
    for role in Role:
        asker = signed_in(running, sqlite_database, role)
        for route in known:
            if route.path in ("/logout", "/login", "/account/sessions/end-others"):
                continue
            answer = ask(asker, route, **(OURS if route.changes else {}))
            assert answer.status not in (401, 500), (role, route)
            if rank(route) > role.rank:
                assert answer.status == 403, (role, route)
            elif not is_open(route):
                assert answer.status != 403, (role, route)
                assert answer.headers["cache-control"].startswith(("no-store", "private")), (role, route)


def test_a_token_opens_what_its_scope_says_and_no_page(running: Site, sqlite_database: Database, known: list[Known]) -> None:
    everything = with_token(running, sqlite_database, *SCOPES)
    nothing = with_token(running, sqlite_database)
    wrong = {"Authorization": "Bearer tw_wrong"}
    for route in known:
        if is_open(route):
            continue
        scoped = all(one.scope for one in route.decisions if one.role)
        assert (ask(everything, route).status == 403) == (not scoped), route
        if not any(one.scope == ANY for one in route.decisions):
            assert ask(nothing, route).status == 403, route
        assert ask(running, route, **wrong).status in (303, 401), route


def test_a_token_beside_a_cookie_is_no_excuse(running: Site, sqlite_database: Database) -> None:
    both = with_token(signed_in(running, sqlite_database), sqlite_database, "admin")
    assert both.ask("/users", "POST").status == 403


def test_before_there_are_users_this_machine_reads_and_changes_nothing(sqlite_database: Database, known: list[Known]) -> None:
    with site(sqlite_database) as running:
        for route in known:
            if is_open(route) or route.path == "/account":  # nobody has one
                continue
            answer = ask(running, route, **(OURS if route.changes else {}))
            if route.changes or rank(route) > 0:
                api = route.path.startswith(("/api/", "/feeds/"))
                assert answer.status == (401 if api else 303), route
                assert api or answer.headers["location"] == "/setup", route
            else:
                assert answer.status in (200, 404), route


def test_methods_that_are_not_routed_and_foreign_names_are_refused_with_all_headers(running: Site, known: list[Known]) -> None:
    for path in {route.filled() for route in known}:
        routed = {route.method for route in known if route.filled() == path}
        refused = running.ask(path, next(method for method in NOT_ROUTED if method not in routed))
        assert refused.status == 405, path
        assert carries_all_headers(refused), path
        foreign = running.ask(path, headers={"Host": "evil.example"})
        assert foreign.status == 400, path
        assert carries_all_headers(foreign), path
    assert running.ask("/static/app.css").status == 200
    assert {running.ask("/users", method).status for method in NOT_ROUTED} == {405}
