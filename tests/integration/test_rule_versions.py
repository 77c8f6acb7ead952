"""Versions of the rules: stored, switched to by all processes together, named by every alert, and put in force again."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from service.errors import ConfigurationError, InvalidFiles
from service.rulebook import Memory, load_folder, parse_folder, version_of
from service.rulefolder import read_folder
from service.ruleversions import Versions, activate, stored, switch
from service.storage import alerts, rulesets
from service.storage.database import Database
from service.storage.ruleset_tables import ACTIVATIONS, RULESETS
from tests.integration.test_app import item, opened
from tests.support.folder import RULES, write_rules
from tests.support.forked import clean
from tests.support.workers import follow_versions, in_processes

OTHER = RULES.replace("id: limit-up", "id: other")


def count(database: Database, table: object) -> int:
    with database.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def in_force(database: Database) -> str:
    with database.read() as connection:
        active = rulesets.active(connection)
    assert active is not None
    return active.version


def test_a_version_does_not_depend_on_where_the_folder_lies(tmp_path: Path) -> None:
    one, other = (load_folder(write_rules(tmp_path / name)) for name in ("one", "other"))
    assert one.version == other.version
    assert load_folder(write_rules(tmp_path / "other", rules=OTHER)).version != one.version


def test_alerts_name_the_version_that_fired(tmp_path: Path, sqlite_url: str) -> None:
    folder = write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        first = app.rulebook.version
        app.pipeline.push("push", [item()])
        write_rules(tmp_path, rules=OTHER)
        assert app.reload()
        app.pipeline.push("push", [item("2", "Nvidia hit limit-up on Monday.")])
        with app.parts.database.read() as connection:
            named = {stored.alert.rule: stored.alert.rules_version for stored in alerts.page(connection, limit=5)}
            assert [one.version for one in rulesets.versions(connection)] == [load_folder(folder).version, first]
        assert named == {"limit-up": first, "other": load_folder(folder).version}


def test_processes_switch_together(tmp_path: Path, postgres_url: str) -> None:
    """A second process with the old folder takes what the first one's folder says, and both what a person says."""
    for name in ("a", "b"):
        write_rules(tmp_path / name)
    with opened(tmp_path / "a", postgres_url) as one, opened(tmp_path / "b", postgres_url) as other:
        first = one.rulebook.version
        assert not other.reload()
        write_rules(tmp_path / "a", rules=OTHER)
        assert one.reload()
        second = one.rulebook.version
        assert other.rulebook.version == first
        assert other.reload()
        assert other.rulebook.version == second
        assert [rule.id for rule in other.rulebook.rules.rules] == ["other"]
        assert (one.reload(), other.reload()) == (False, False)
        activate(one.parts.database, first[:6], "ann")
        assert (one.reload(), other.reload()) == (True, True)
        assert {one.rulebook.version, other.rulebook.version} == {first}
        (tmp_path / "b" / "rules" / "alerts" / "desk.yaml").write_text("rules: [", "utf-8")
        assert not other.reload()
        assert other.health().ready
        assert other.rulebook.version == first, "a broken folder changes nothing"
        write_rules(tmp_path / "b", rules=OTHER)
        assert other.reload()
        assert one.reload()
        assert one.rulebook.version == second, "the folder that changed last wins"


def test_what_a_person_switched_to_holds_until_the_folder_changes(tmp_path: Path, database_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, database_url) as app:
        first = app.rulebook.version
    write_rules(tmp_path, rules=OTHER)
    with opened(tmp_path, database_url) as app:
        second = app.rulebook.version
        assert second != first
        activate(app.parts.database, first, "ann")
    with opened(tmp_path, database_url) as app:
        assert app.rulebook.version == first, "the folder has not changed since"
        assert in_force(app.parts.database) == first
    write_rules(tmp_path, rules=OTHER.replace("high", "low"))
    with opened(tmp_path, database_url) as app:
        assert app.rulebook.version not in (first, second)
        assert count(app.parts.database, ACTIVATIONS) == 4
    write_rules(tmp_path)
    with opened(tmp_path, database_url) as app:
        assert app.rulebook.version == first, "a folder that goes back is a folder that changes"
        assert count(app.parts.database, RULESETS) == 3


def test_a_stored_version_that_cannot_be_used_leaves_the_one_in_force(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        database, version = app.parts.database, app.rulebook.version
        with database.begin() as connection:
            rulesets.store(
                connection,
                "feedfeedfeed",
                {"alerts/a.yaml": b"rules: ["},
                rules=0,
                by="a newer program",
                now=database.now(connection),
            )
            rulesets.activate(connection, "feedfeedfeed", folder_version=version, by="it", now=database.now(connection))
        assert not app.reload()
        assert app.rulebook.version == version
        assert "refused" in " ".join(part.words for part in app.health().parts)
        with pytest.raises(InvalidFiles):
            activate(database, "feed", "ann")


def test_a_version_is_named_by_its_first_digits(tmp_path: Path, database: Database) -> None:
    book = load_folder(write_rules(tmp_path))
    with database.begin() as connection:
        switch(connection, book, database, by="ann", folder=book.version)
        before = rulesets.active(connection)
        assert switch(connection, book, database, by="bob", folder=book.version) == before, "nothing changed"
        assert stored(connection, book.version[:4]).version == book.version
        with pytest.raises(ConfigurationError, match="there is no version 'zz'; `tapewatch rules versions` lists them"):
            stored(connection, "zz")
        rulesets.store(connection, "zz1", {}, rules=0, by="", now=database.now(connection))
        rulesets.store(connection, "zz2", {}, rules=0, by="", now=database.now(connection))
        assert not rulesets.store(connection, "zz2", {}, rules=0, by="", now=database.now(connection))
        with pytest.raises(ConfigurationError, match="several versions begin with 'zz': zz1, zz2"):
            stored(connection, "zz")
        assert rulesets.texts(connection, "nothing") is None
        assert rulesets.texts(connection, book.version) == dict(book.texts)


def test_every_process_ends_with_the_same_version(tmp_path: Path, postgres_url: str, postgres_database: Database) -> None:
    """Four processes start together, each with a folder of its own that then changes."""
    for number in range(4):
        write_rules(tmp_path / str(number), rules=RULES.replace("id: limit-up", f"id: start-{number}"))
    with clean().Manager() as manager:
        ended = in_processes(follow_versions, postgres_url, str(tmp_path), manager.Barrier(4))
    assert len(set(ended)) == 1
    assert ended[0] == in_force(postgres_database)
    assert count(postgres_database, RULESETS) == 8


def test_an_unknown_version_in_the_database_is_refused(tmp_path: Path, sqlite_database: Database) -> None:
    texts = read_folder(write_rules(tmp_path))
    watch = Versions(sqlite_database, texts, "ann", Memory())
    assert watch.start(parse_folder(texts)) is None
    assert watch.look(lambda: texts) is None
    with sqlite_database.begin() as connection:
        connection.execute(text("DELETE FROM activations"))
    assert watch.look(lambda: texts) is None
    assert version_of(texts) == parse_folder(texts).version
