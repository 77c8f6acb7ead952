"""Changes made on the console: whole or not at all, kept by restarts and folders, never over somebody else's."""

import stat
from pathlib import Path

import pytest

from service.app import App
from service.editing import OutOfDate, back_to, draft, typed
from service.errors import InvalidFiles
from service.rulebook import Rulebook, load_folder, parse_folder
from service.rulefiles import may_be_changed, place_of, with_changes
from service.rulefolder import read_folder
from service.ruleversions import activate
from service.storage import audit, rulesets
from tests.integration.test_app import opened
from tests.support.folder import INBOX_ROUTES, RULES, write_rules
from tests.support.forked import clean
from tests.support.workers import in_processes, save_rule

OTHER = RULES.replace("id: limit-up", "id: other").encode()
MORE = RULES.replace("id: limit-up", "id: more").encode()
EDITED = RULES.replace("high", "low").encode()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Rulebook:
    """A folder that is only looked at."""
    return load_folder(write_rules(tmp_path_factory.mktemp("book")))


def ids(app: App) -> list[str]:
    return [rule.id for rule in app.rulebook.rules.rules]


def read_only(folder: Path) -> None:
    """A folder into which nothing can be put, whoever the process is: its alerts lie in another place."""
    elsewhere = folder.parent / "elsewhere"
    (folder / "alerts").rename(elsewhere)
    (folder / "alerts").symlink_to(elsewhere)


def save(app: App, changes: dict[str, bytes | None], by: str = "ann", why: str = "") -> None:
    app.desk.save(changes, app.rulebook.version, by, why)


def test_a_saved_change_is_in_force_in_the_folder_and_written_down(tmp_path: Path, database_url: str) -> None:
    place = write_rules(tmp_path) / "alerts" / "desk.yaml"
    place.chmod(0o640)
    with opened(tmp_path, database_url) as app:
        before = app.rulebook.version
        book = app.desk.save({"alerts/desk.yaml": EDITED, "alerts/more.yaml": MORE}, before, "ann", "quieter")
        assert book.version == app.rulebook.version != before
        assert ids(app) == ["limit-up", "more"]
        assert place.read_bytes() == EDITED
        assert stat.S_IMODE(place.stat().st_mode) == 0o640
        assert sorted(path.name for path in place.parent.iterdir()) == ["desk.yaml", "more.yaml"], "no other file is left"
        with app.parts.database.read() as connection:
            active, written = rulesets.active(connection), audit.page(connection, limit=5)
        assert active is not None
        assert [(one.who, one.what, one.subject) for one in written] == [
            ("ann", "rule.save", "rules/alerts/more.yaml"),
            ("ann", "rule.save", "rules/alerts/desk.yaml"),
        ]
        assert (written[1].before, written[1].after, written[0].before) == (RULES, EDITED.decode(), "")
        assert (active.version, active.by, active.why, active.origin) == (book.version, "ann", "quieter", rulesets.Origin.EDIT)
        assert not app.reload(), "what the console wrote is no change of the folder"
        app.desk.save({"alerts/more.yaml": None}, book.version, "ann")
        assert ids(app) == ["limit-up"]
        assert not (place.parent / "more.yaml").exists()
        assert app.refused is None
    with opened(tmp_path, database_url) as app:
        assert load_folder(tmp_path / "rules").version == app.rulebook.version


def test_taking_the_end_of_a_file_away_is_not_taken_for_half_a_file(tmp_path: Path, sqlite_url: str) -> None:
    whole = RULES + RULES.replace("rules:\n", "").replace("id: limit-up", "id: second")
    write_rules(tmp_path, rules=whole)
    with opened(tmp_path, sqlite_url) as app:
        save(app, {"alerts/desk.yaml": RULES.encode()})
        assert ids(app) == ["limit-up"]
        assert (app.reload(), app.refused) == (False, None)


def test_nothing_of_a_change_with_a_mistake_is_kept(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        before = app.rulebook.version
        wrong = RULES.replace("event: limit_up", "event: limit_upp").encode()
        with pytest.raises(InvalidFiles) as refused:
            save(app, {"alerts/desk.yaml": wrong, "alerts/more.yaml": MORE})
        assert [problem.line for problem in refused.value.problems] == [5]
        assert app.rulebook.version == before
        assert read_folder(tmp_path / "rules", tmp_path) == dict(app.rulebook.texts)


def test_a_change_to_what_is_not_in_force_any_more_is_refused(tmp_path: Path, database_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, database_url) as app:
        before = app.rulebook.version
        save(app, {"alerts/desk.yaml": EDITED})
        with pytest.raises(OutOfDate) as late:
            app.desk.save({"alerts/desk.yaml": OTHER}, before, "bob", "")
        assert late.value.version == app.rulebook.version
        write_rules(tmp_path, rules=OTHER.decode())
        with pytest.raises(OutOfDate):
            save(app, {"alerts/desk.yaml": RULES.encode()})
        assert ids(app) == ["other"], "what the folder says was there first"


def test_an_empty_change_is_none(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        save(app, {"alerts/desk.yaml": RULES.encode()})
        with app.parts.database.read() as connection:
            assert len(rulesets.activations(connection, limit=10)) == 1


def test_without_a_folder_to_write_the_change_outlives_a_restart(tmp_path: Path, database_url: str) -> None:
    read_only(write_rules(tmp_path))
    with opened(tmp_path, database_url) as app:
        save(app, {"alerts/desk.yaml": EDITED})
        changed = app.rulebook.version
        assert (tmp_path / "rules" / "alerts" / "desk.yaml").read_text("utf-8") == RULES
        assert not app.reload()
        assert app.rulebook.version == changed
    for _ in range(2):
        with opened(tmp_path, database_url) as app:
            assert app.rulebook.version == changed, "the folder has said nothing new"


def test_a_folder_that_changes_keeps_what_the_console_changed_in_other_files(tmp_path: Path, sqlite_url: str) -> None:
    rules = write_rules(tmp_path)
    (rules / "alerts" / "second.yaml").write_bytes(MORE)
    read_only(rules)
    with opened(tmp_path, sqlite_url) as app:
        save(app, {"alerts/desk.yaml": EDITED, "alerts/third.yaml": OTHER})
        (rules / "alerts" / "second.yaml").write_bytes(MORE.replace(b"high", b"info"))
        assert app.reload()
        severities = {rule.id: rule.severity.value for rule in app.rulebook.rules.rules}
        assert severities == {"limit-up": "low", "more": "info", "other": "high"}
    (rules / "alerts" / "second.yaml").write_bytes(MORE.replace(b"high", b"critical"))
    with opened(tmp_path, sqlite_url) as app:
        severities = {rule.id: rule.severity.value for rule in app.rulebook.rules.rules}
        assert severities == {"limit-up": "low", "more": "critical", "other": "high"}, "while nothing ran, too"
        (rules / "alerts" / "desk.yaml").write_bytes(RULES.replace("high", "medium").encode())
        assert app.reload()
        severities = {rule.id: rule.severity.value for rule in app.rulebook.rules.rules}
        assert severities == {"limit-up": "medium", "more": "critical", "other": "high"}, "of its files it has the last word"


def test_a_folder_that_is_put_back_while_it_is_watched_is_believed(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        first = app.rulebook.version
        save(app, {"alerts/desk.yaml": EDITED})
        write_rules(tmp_path)
        assert app.reload()
        assert app.rulebook.version == first


def test_what_cannot_be_put_together_is_refused_and_told(tmp_path: Path, sqlite_url: str) -> None:
    rules = write_rules(tmp_path)
    (rules / "alerts" / "second.yaml").write_bytes(MORE)
    read_only(rules)
    with opened(tmp_path, sqlite_url) as app:
        save(app, {"alerts/desk.yaml": OTHER})
        changed = app.rulebook.version
        (rules / "alerts" / "second.yaml").write_bytes(OTHER)  # the same id as the one on the console
        assert not app.reload()
        assert app.rulebook.version == changed
        assert "other" in str(app.refused)
        (rules / "alerts" / "second.yaml").write_bytes(MORE.replace(b"high", b"info"))
        assert app.reload()
        assert ids(app) == ["other", "more"]
        assert app.refused is None


def test_a_file_that_somebody_changes_on_disk_is_left_alone(tmp_path: Path, sqlite_url: str) -> None:
    rules = write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        broken = rules / "alerts" / "desk.yaml"
        broken.write_text("rules: [", "utf-8")
        save(app, {"alerts/desk.yaml": EDITED})
        assert broken.read_text("utf-8") == "rules: ["
        assert app.rulebook.rules.rules[0].severity.value == "low"


def test_going_back_is_a_change_like_any_other(tmp_path: Path, sqlite_url: str) -> None:
    rules = write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        first = app.rulebook.version
        save(
            app,
            {"alerts/desk.yaml": EDITED, "alerts/more.yaml": MORE, "entities/mine.csv": b"id,kind,en\nMINE.US,stock,Mine Corp\n"},
        )
        app.desk.restore(first[:12], app.rulebook.version, "bob", "it was better")
        assert app.rulebook.version == first
        assert load_folder(rules).version == first
        with app.parts.database.read() as connection:
            assert [one.by for one in rulesets.activations(connection, limit=2)] == ["bob", "ann"]


def test_what_a_person_switched_to_after_a_change_holds(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        first = app.rulebook.version
        save(app, {"alerts/desk.yaml": EDITED})
        activate(app.parts.database, first, "bob")
        assert app.reload()
    with opened(tmp_path, sqlite_url) as app:
        assert app.rulebook.version == first


@pytest.mark.parametrize(
    "place",
    [
        "../routes.yaml",
        "alerts/../../secret.yaml",
        "alerts/../routes.yaml",
        "/etc/passwd",
        "alerts/.hidden.yaml",
        "alerts/x.py",
        "alerts/x.yaml\0.txt",
        "alerts\\x.yaml",
        "alerts/a/b.yaml",
        "events/limit_up.yaml",
        "boards/china.yaml",
        "alerts/" + "x" * 200 + ".yaml",
        "alerts/..yaml",
        "routes.yaml/",
        "ALERTS/x.yaml",
        "entities/x.exe",
        "",
    ],
)
def test_no_other_place_can_be_written(book: Rulebook, place: str) -> None:
    """GHSA-mh42, GHSA-8757: a name that leads out of the folder."""
    assert not may_be_changed(place)
    for text in (MORE, None):
        with pytest.raises(InvalidFiles, match="cannot be changed here"):
            draft(book, {place: text})


def test_a_link_in_the_folder_is_not_followed_out_of_it(tmp_path: Path, sqlite_url: str) -> None:
    rules = write_rules(tmp_path)
    outside = tmp_path / "outside.yaml"
    outside.write_text(RULES, "utf-8")
    (rules / "alerts" / "desk.yaml").unlink()
    (rules / "alerts" / "desk.yaml").symlink_to(outside)
    with opened(tmp_path, sqlite_url) as app:
        save(app, {"alerts/desk.yaml": EDITED})
        assert outside.read_text("utf-8") == RULES
        assert app.rulebook.rules.rules[0].severity.value == "low", "the change lives in the database"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"routes.yaml": None}, "this file is needed"),
        ({"alerts/nothing.yaml": None}, "there is no such file"),
        ({"entities/world.yaml": None}, "travels with the program"),
        ({"alerts/x.yaml": b"\xff\xfe"}, "no text in UTF-8"),
        ({"entities/x.csv": b"id,kind,en\nA,stock,\0\n"}, "a NUL character"),
        ({"alerts/x.yaml": b"a: &a [x]\nb: *a\n"}, "aliases"),
        ({"alerts/x.yaml": b"#" * 1_100_000}, "larger than"),
    ],
)
def test_what_is_refused_says_why(book: Rulebook, changes: dict[str, bytes | None], words: str) -> None:
    with pytest.raises(InvalidFiles, match=words):
        draft(book, changes)


def test_what_travels_with_the_program_can_be_replaced_and_comes_back(book: Rulebook) -> None:
    own = with_changes(book.texts, {"entities/ambiguous.csv": b"word\nmine\n"})
    (name,) = (name for name in own if place_of(name) == "entities/ambiguous.csv")
    assert name.endswith("/rules/entities/ambiguous.csv") and name not in book.texts
    back = with_changes(own, {"entities/ambiguous.csv": None})
    assert parse_folder(back).version == book.version
    assert back_to(own, book.texts).keys() == {"entities/ambiguous.csv"}


def test_files_that_are_links_belong_to_the_room_where_they_are_found(tmp_path: Path, book: Rulebook) -> None:
    """A folder that is mounted file by file holds links into a folder of another name."""
    rules, real = write_rules(tmp_path), tmp_path / "..2026_data"
    real.mkdir()
    (rules / "alerts" / "desk.yaml").rename(real / "desk.yaml")
    (rules / "alerts" / "desk.yaml").symlink_to(real / "desk.yaml")
    assert load_folder(rules).version == book.version


def test_forms_end_their_lines_as_files_do() -> None:
    assert typed("a\r\nb\rc") == b"a\nb\nc\n"
    assert typed("") == b""
    assert typed("长飞\n") == "长飞\n".encode()


def test_of_several_who_save_at_once_one_wins(tmp_path: Path, database_url: str) -> None:
    """Four processes read the same version and save; each round one change is kept, and nobody's is lost in it."""
    write_rules(tmp_path, routes=INBOX_ROUTES)
    with clean().Manager() as manager:
        won = in_processes(save_rule, database_url, str(tmp_path), manager.Barrier(4))
    assert sum(won) == 3
