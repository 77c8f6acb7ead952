"""Set-up, login, sessions, account, users, tokens and the audit log, as a browser meets them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from sqlalchemy import text

from service.clock import utc_now
from service.model.user import Role
from service.storage import audit, users
from service.storage.database import Database
from service.web.access.invitations import password_link, set_up_link
from tests.support.web import Answer, Site, parse, session_cookie, signed_in, site, user

PASSWORD = "four words in a row"
NEW_PASSWORD = "and four more of them"


@pytest.fixture
def running(sqlite_database: Database) -> Iterator[Site]:
    with site(sqlite_database) as running:
        yield running


def link(database: Database, name: str = "") -> str:
    """The secret of a fresh link: for a user, or for setting up."""
    with database.begin() as connection:
        now = database.now(connection)
        if not name:
            return set_up_link(connection, "", now).partition("link=")[2]
        account = users.named(connection, name)
        assert account is not None
        return password_link(connection, "", account.id, now).partition("link=")[2]


def set_up(running: Site, database: Database, name: str = "anna", password: str = PASSWORD) -> Answer:
    return running.post("/setup", {"link": link(database), "name": name, "password": password, "again": password})


def as_browser(running: Site, answer: Answer) -> Site:
    """The server as the browser meets it that got this answer."""
    held = SimpleCookie()
    for line in answer.cookies:
        held.load(line)
    return replace(running, always={"Cookie": "; ".join(f"{name}={one.value}" for name, one in held.items() if one.value)})


def log_in(running: Site, name: str = "anna", password: str = PASSWORD, **more: str) -> Answer:
    return running.post("/login", {"name": name, "password": password, **more})


def changes(database: Database) -> list[tuple[str, str, str]]:
    with database.read() as connection:
        return [(one.who, one.what, one.subject) for one in reversed(audit.page(connection, limit=99))]


def test_the_first_user_is_made_at_the_link_and_everything_is_closed_from_then_on(
    running: Site, sqlite_database: Database
) -> None:
    assert "Set up Tapewatch first" in parse(running.ask("/setup")).text
    assert running.ask("/login").headers["location"] == "/setup"
    secret = link(sqlite_database)
    page = running.ask(f"/setup?link={secret}")
    assert (page.status, page.headers["cache-control"]) == (200, "no-store")
    assert "You become the administrator" in parse(page).text
    answer = running.post("/setup", {"link": secret, "name": "Anna", "password": PASSWORD, "again": PASSWORD, "role": "viewer"})
    assert (answer.status, answer.headers["location"]) == (303, "/")
    browser = as_browser(running, answer)
    assert browser.ask("/users").status == 200
    assert running.ask("/").status == 303
    assert running.ask(f"/setup?link={secret}").status == 410
    assert running.ask("/setup").headers["location"] == "/login"
    assert changes(sqlite_database) == [("Anna", "server.set_up", "Anna"), ("Anna", "session.begin", "Anna")]
    with sqlite_database.read() as connection:
        account = users.named(connection, "anna")
        stored = str(connection.execute(text("SELECT * FROM users, sessions, one_time_links")).all())
    assert account is not None
    assert account.password.startswith("$argon2id$v=19$m=65536,t=3,p=1$")
    assert secret not in stored
    assert PASSWORD not in stored


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "A name has 1 to 64"),
        ({"name": "two words"}, "A name has 1 to 64"),
        ({"name": "<b>"}, "A name has 1 to 64"),
        ({"password": "short", "again": "short"}, "at least 10 characters"),
        ({"password": "x" * 501}, "at most 500 characters"),
        ({"password": "aaaaaaaaaaaa", "again": "aaaaaaaaaaaa"}, "too easy to guess"),
        ({"password": "anna2025anna", "again": "anna2025anna"}, "too easy to guess"),
        ({"again": "something else"}, "not the same"),
    ],
)
def test_what_is_no_name_or_password_is_said_and_uses_up_no_link(
    running: Site, sqlite_database: Database, changed: dict[str, str], words: str
) -> None:
    secret = link(sqlite_database)
    answer = running.post("/setup", {"link": secret, "name": "anna", "password": PASSWORD, "again": PASSWORD, **changed})
    assert answer.status == 422
    assert words in parse(answer).text
    assert running.ask(f"/setup?link={secret}").status == 200


def test_without_a_link_that_holds_nothing_is_made(running: Site, sqlite_database: Database) -> None:
    for secret in ("", "guessed"):
        answer = running.post("/setup", {"link": secret, "name": "anna", "password": PASSWORD, "again": PASSWORD})
        assert answer.status == 410
    with sqlite_database.read() as connection:
        assert not users.any_user(connection)


def test_login_leads_where_the_reader_wanted_to_go_and_sets_a_cookie_no_script_reads(
    running: Site, sqlite_database: Database
) -> None:
    set_up(running, sqlite_database)
    asked = running.ask("/sources?x=1").headers["location"]
    assert asked == "/login?next=%2Fsources%3Fx%3D1"
    assert "/sources?x=1" in [field.get("value") for field in parse(running.ask(asked)).all("input")]
    answer = log_in(running, "ANNA", next="/sources?x=1")
    assert (answer.status, answer.headers["location"]) == (303, "/sources?x=1")
    [line] = [line for line in answer.cookies if line.startswith("tapewatch=") and "Max-Age=0" not in line]
    assert "HttpOnly" in line and "SameSite=lax" in line and "Path=/" in line and "Domain" not in line
    assert "Secure" not in line  # plain http on this machine
    browser = as_browser(running, answer)
    assert browser.ask("/sources").status == 200
    assert browser.ask("/sources").headers["cache-control"] == "no-store"
    assert browser.ask("/login?next=/inbox").headers["location"] == "/inbox"


def test_wrong_passwords_unknown_names_and_disabled_users_look_alike(running: Site, sqlite_database: Database) -> None:
    set_up(running, sqlite_database)
    user(sqlite_database, Role.VIEWER, "bo")
    gone = user(sqlite_database, Role.VIEWER, "gone")
    with sqlite_database.begin() as connection:
        anna = users.named(connection, "anna")
        assert anna is not None
        users.refresh_password(connection, gone.id, anna.password)
        users.set_disabled(connection, gone.id, utc_now())
    answers = [
        log_in(running, name, password)
        for name, password in (("anna", "wrong"), ("nobody", PASSWORD), ("bo", ""), ("gone", PASSWORD))
    ]
    assert {answer.status for answer in answers} == {401}
    texts = {parse(answer).text for answer in answers}
    assert len(texts) == 1
    assert "Name or password are wrong." in texts.pop()


def use_up(database: Database, kind: str) -> None:
    """As if the tries so far had been many: the clock of the machine must not decide this test."""
    with database.begin() as connection:
        assert connection.execute(
            text("UPDATE throttles SET used_until = used_until + 3600000 WHERE key LIKE :kind"), {"kind": f"{kind}:%"}
        ).rowcount


def test_row_63_an_account_is_tried_a_few_times_a_minute_in_all_processes(running: Site, sqlite_database: Database) -> None:
    set_up(running, sqlite_database)
    assert [log_in(running, "anna", "wrong").status for _ in range(5)] == [401] * 5
    use_up(sqlite_database, "account")
    refused = log_in(running)  # the right password too: whoever guesses cannot tell
    assert refused.status == 429
    assert int(refused.headers["retry-after"]) > 60
    assert log_in(running, "somebody else").status == 401
    with site(sqlite_database) as another_process:
        assert log_in(another_process).status == 429


def test_row_63_an_address_is_refused_before_it_uses_up_an_account(running: Site, sqlite_database: Database) -> None:
    set_up(running, sqlite_database)
    assert log_in(running, "anna", "wrong").status == 401
    use_up(sqlite_database, "address")
    assert [log_in(running, name).status for name in ("anna", "bo", "cy")] == [429] * 3
    with sqlite_database.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM throttles WHERE key LIKE 'account:%'")).scalar_one() == 1


def test_freshrss_cve_2025_54592_a_login_draws_a_new_session_and_ends_the_one_before(
    running: Site, sqlite_database: Database
) -> None:
    first = as_browser(running, set_up(running, sqlite_database))
    again = log_in(first)
    second = as_browser(running, again)
    assert first.always != second.always
    assert first.ask("/account").status == 303
    assert second.ask("/account").status == 200
    planted = replace(running, always={"Cookie": "tapewatch=planted-by-somebody-else"})
    chosen = as_browser(running, log_in(planted))
    assert "planted" not in str(chosen.always)
    assert planted.ask("/account").status == 303


def test_freshrss_cve_2025_31482_logging_out_takes_a_post_from_our_page(running: Site, sqlite_database: Database) -> None:
    browser = as_browser(running, set_up(running, sqlite_database))
    assert browser.ask("/logout").status == 405
    assert browser.ask("/logout", "POST", {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert browser.ask("/account").status == 200
    answer = browser.post("/logout")
    assert (answer.status, answer.headers["location"]) == (303, "/login")
    assert browser.ask("/account").status == 303


def test_uptime_kuma_ghsa_23q2_5gf8_gjpp_a_new_password_ends_every_other_session_at_once(
    running: Site, sqlite_database: Database
) -> None:
    here = as_browser(running, set_up(running, sqlite_database))
    elsewhere = as_browser(running, log_in(running))
    wrong = here.post("/account/password", {"old": "wrong", "password": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert (wrong.status, "present password is wrong" in wrong.text) == (422, True)
    weak = here.post("/account/password", {"old": PASSWORD, "password": "short", "again": "short"})
    assert weak.status == 422
    changed = here.post("/account/password", {"old": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert changed.status == 303
    assert [one.ask("/account").status for one in (elsewhere, here, as_browser(running, changed))] == [303, 303, 200]
    assert log_in(running).status == 401
    assert log_in(running, password=NEW_PASSWORD).status == 303
    assert ("anna", "user.password", "anna") in changes(sqlite_database)


def test_sessions_are_shown_and_ended_one_by_one_or_together(running: Site, sqlite_database: Database) -> None:
    here, there, third = (signed_in(running, sqlite_database, Role.VIEWER) for _ in range(3))
    other = signed_in(running, sqlite_database, Role.ADMIN)
    fields = [one["value"] for one in parse(here.ask("/account")).all("input") if one.get("name") == "session"]
    assert len(fields) == 2
    assert other.post("/account/sessions/end", {"session": str(fields[0])}).status == 303
    assert [one.ask("/account").status for one in (here, there, third)] == [200, 200, 200]
    here.post("/account/sessions/end", {"session": str(fields[0])})
    assert sorted(one.ask("/account").status for one in (there, third)) == [200, 303]
    here.post("/account/sessions/end-others")
    assert [one.ask("/account").status for one in (here, there, third, other)] == [200, 303, 303, 200]


def test_a_session_that_is_idle_or_old_ends(running: Site, sqlite_database: Database) -> None:
    for column in ("seen_at", "expires_at"):
        browser = signed_in(running, sqlite_database)
        assert browser.ask("/account").status == 200
        with sqlite_database.begin() as connection:
            connection.execute(text(f"UPDATE sessions SET {column} = :then"), {"then": str(utc_now() - timedelta(days=8))})
        assert browser.ask("/account").status == 303


def test_the_last_use_of_a_session_is_written_down_at_most_once_a_minute(running: Site, sqlite_database: Database) -> None:
    browser = signed_in(running, sqlite_database)

    def seen() -> str:
        with sqlite_database.read() as connection:
            return str(connection.execute(text("SELECT seen_at FROM sessions")).scalar_one())

    first = seen()
    browser.ask("/account")
    assert seen() == first
    with sqlite_database.begin() as connection:
        connection.execute(text("UPDATE sessions SET seen_at = :then"), {"then": str(utc_now() - timedelta(minutes=5))})
    browser.ask("/account")
    assert seen() > first


def test_language_and_clock_of_a_person_hold_on_every_page(running: Site, sqlite_database: Database) -> None:
    browser = signed_in(running, sqlite_database)
    answer = browser.post("/account/taste", {"language": "zh", "time_zone": "America/New_York"})
    assert "lang=zh" in answer.headers["set-cookie"]
    page = browser.ask("/account", headers={"Cookie": "lang=zh; zone=Europe/Berlin"})
    assert '<html lang="zh-Hans" data-zone="America/New_York" data-zone-chosen>' in page.text
    for wrong in ({"language": "xx"}, {"time_zone": "Mars/Olympus"}):
        assert browser.post("/account/taste", wrong).status == 400


def test_administrators_add_users_who_set_their_own_password(running: Site, sqlite_database: Database) -> None:
    admin = signed_in(running, sqlite_database)
    answer = admin.post("/users", {"name": "bo", "role": "editor"})
    [shown] = [one["value"] for one in parse(answer).all("input") if one.get("id") == "link"]
    place = str(shown).removeprefix(running.url)
    assert place.startswith("/setup?link=")
    assert "Welcome, bo" in parse(running.ask(place)).text
    secret = place.partition("link=")[2]
    entered = running.post("/setup", {"link": secret, "name": "admin", "password": PASSWORD, "again": PASSWORD})
    assert entered.status == 303
    bo = as_browser(running, entered)
    assert "bo" in parse(bo.ask("/account")).text  # whatever name the form sent
    assert bo.ask("/users").status == 403
    assert running.post("/setup", {"link": secret, "password": PASSWORD, "again": PASSWORD}).status == 410
    assert admin.post("/users", {"name": "BO", "role": "admin"}).status == 409
    assert admin.post("/users", {"name": "a b", "role": "admin"}).status == 422
    assert admin.post("/users", {"name": "cy", "role": "owner"}).status == 400


def test_roles_change_and_users_are_shut_out_at_once(running: Site, sqlite_database: Database) -> None:
    admin, bo = signed_in(running, sqlite_database), signed_in(running, sqlite_database, Role.VIEWER, "bo")
    number = user(sqlite_database, name="bo").id
    assert bo.ask("/audit").status == 403
    assert admin.post(f"/users/{number}/role", {"role": "admin"}).status == 303
    assert bo.ask("/audit").status == 200
    assert admin.post(f"/users/{number}/disable").status == 303
    assert bo.ask("/audit").status == 303
    assert admin.post(f"/users/{number}/link").status == 409
    assert admin.post(f"/users/{number}/enable").status == 303
    assert bo.ask("/audit").status == 303  # the session is gone for good
    assert admin.post(f"/users/{number}/link").status == 200
    assert admin.post("/users/999/disable").status == 404
    told = [(what, subject) for _, what, subject in changes(sqlite_database)]
    assert told == [("user.role", "bo"), ("user.disable", "bo"), ("user.enable", "bo"), ("user.link", "bo")]


def test_an_administrator_is_always_left(running: Site, sqlite_database: Database) -> None:
    admin = signed_in(running, sqlite_database)
    number = user(sqlite_database).id
    for act in (("role", {"role": "viewer"}), ("disable", {})):
        answer = admin.post(f"/users/{number}/{act[0]}", act[1])
        assert (answer.status, "only administrator" in answer.text) == (409, True)
    assert admin.ask("/users").status == 200


def test_a_token_is_shown_once_and_ends_when_revoked(running: Site, sqlite_database: Database) -> None:
    admin = signed_in(running, sqlite_database)
    answer = admin.post("/tokens", [("name", "nightly"), ("scopes", "alerts:read"), ("scopes", "metrics:read"), ("days", "30")])
    [secret] = [str(one["value"]) for one in parse(answer).all("input") if one.get("id") == "made"]
    assert secret.startswith("tw_")
    assert secret not in admin.ask("/tokens").text
    program = replace(running, always={"Authorization": f"Bearer {secret}"})
    assert [program.ask(path).status for path in ("/api/v1/alerts", "/metrics", "/", "/tokens")] == [200, 200, 403, 403]
    assert "nightly" in admin.ask("/tokens").text
    [number] = [one["action"] for one in parse(admin.ask("/tokens")).all("form") if "revoke" in str(one.get("action"))]
    assert admin.post(str(number)).status == 303
    assert program.ask("/api/v1/alerts").status == 401
    for wrong in ([("name", "")], [("name", "x")], [("name", "x"), ("scopes", "root")]):
        assert admin.post("/tokens", wrong).status == 422
    assert admin.post("/tokens", [("name", "x"), ("scopes", "admin"), ("owner", "nobody")]).status == 404


def test_the_audit_log_is_narrowed_down_and_paged(running: Site, sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        for number in range(120):
            audit.write(
                connection, who="anna", what="rule.save", subject=f"r{number}.yaml", after="<b>new</b>\nline", now=utc_now()
            )
        audit.write(connection, who="bo", what="silence.end", subject="7", before="x", after="y", now=utc_now())
    admin = signed_in(running, sqlite_database)
    first = parse(admin.ask("/audit"))
    rows = [one["id"] for one in first.all("tr") if "id" in one]
    assert len(rows) == 50
    older = next(str(one["href"]) for one in first.all("a") if one.get("rel") == "next")
    second = [one["id"] for one in parse(admin.ask(older)).all("tr") if "id" in one]
    assert len(second) == 50 and not set(rows) & set(second)
    assert not first.all("b")
    narrowed = parse(admin.ask("/audit?who=bo&what=silence.end"))
    assert [one["id"] for one in narrowed.all("tr") if "id" in one] == rows[:1]
    assert "No change fits" in parse(admin.ask("/audit?who=nobody")).text
    assert admin.ask("/audit?before=x").status == 400


def test_what_somebody_may_not_is_said_by_name_in_their_language(running: Site, sqlite_database: Database) -> None:
    viewer = signed_in(running, sqlite_database, Role.VIEWER, "bo")
    page = parse(viewer.ask("/users"))
    assert "This needs the role administrator, and bo has the role viewer." in page.text
    assert "/users" not in [one.get("href") for one in page.all("a")]
    assert "/users" in [one.get("href") for one in parse(signed_in(running, sqlite_database).ask("/")).all("a")]


def test_a_browser_of_old_shows_the_token_of_its_form(running: Site, sqlite_database: Database) -> None:
    browser = signed_in(running, sqlite_database)
    token = next(str(one["value"]) for one in parse(browser.ask("/account")).all("input") if one.get("name") == "csrf")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for sent, status in ((f"csrf={token}&language=en", 303), (f"csrf={token}x", 403), ("language=en", 403), ("csrf=%ff", 403)):
        assert browser.ask("/account/taste", "POST", form, sent.encode()).status == status, sent
    assert browser.ask("/account/taste", "POST", {**form, "X-CSRF-Token": token}, b"language=en").status == 303
    other = signed_in(running, sqlite_database, Role.VIEWER)
    assert other.ask("/account/taste", "POST", form, f"csrf={token}".encode()).status == 403
    page = running.ask("/login")
    mine = next(str(one["value"]) for one in parse(page).all("input") if one.get("name") == "csrf")
    anonymous = as_browser(running, page)
    login = f"csrf={mine}&name=x&password=y".encode()
    assert anonymous.ask("/login", "POST", form, login).status == 401
    assert running.ask("/login", "POST", form, login).status == 403


def test_a_part_of_a_page_is_told_where_the_whole_has_to_go(running: Site, sqlite_database: Database) -> None:
    user(sqlite_database)
    answer = running.ask("/", headers={"HX-Request": "true"})
    assert (answer.status, answer.headers["hx-redirect"]) == (401, "/login")


def test_a_page_of_a_form_names_no_user_to_strangers(running: Site, sqlite_database: Database) -> None:
    session_cookie(sqlite_database, Role.ADMIN, "secretive")
    for path in ("/login", "/setup?link=x", "/nowhere", "/users"):
        assert "secretive" not in running.ask(path).text
