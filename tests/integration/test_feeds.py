"""The feeds of alerts as feed readers meet them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import feedparser
import pytest

from service.clock import utc_now
from service.model.user import Role
from service.storage.database import Database
from tests.support.api import Api, api
from tests.support.folder import write_rules
from tests.support.news import ARTICLE, STORY, store
from tests.support.web import Answer

HOSTILE = (
    "<script>alert(1)</script> & <img src=x onerror=alert(2)>",
    "]]><!-- &lt;b&gt; &#60;i&#62; AT&T",
    "\x00\x08\x1b[31m\ufffe\ud800 甲山科技 \U0001f4c8",
)


@pytest.fixture
def running(database: Database, tmp_path: Path) -> Iterator[Api]:
    now = utc_now()
    for number, title in enumerate(HOSTILE):
        store(
            database, replace(ARTICLE, guid=str(number)), [replace(told, title=title) for told in STORY[number : number + 1]], now
        )
    with api(database, write_rules(tmp_path), "alerts:read") as running:
        yield running


def parsed(answer: Answer) -> Any:
    assert answer.status == 200
    found = feedparser.parse(answer.body, response_headers={"content-type": answer.headers["content-type"]}, sanitize_html=False)
    assert not found.bozo, found.get("bozo_exception")
    return found


def expected() -> list[str]:
    return [HOSTILE[2].replace("\x00", "").replace("\x08", "").replace("\x1b", "").replace("\ufffe", "").replace("\ud800", "")]


def test_hostile_titles_stay_text_in_every_kind_of_feed(running: Api) -> None:
    titles = [row["title"] for row in running.get("/api/v1/alerts")["alerts"]]
    atom = parsed(running.site.ask("/feeds/alerts.atom"))
    assert atom.version == "atom10"
    assert {entry.title_detail.type for entry in atom.entries} == {"text/plain"}
    assert [entry.title for entry in atom.entries][1:] == titles[1:] == [HOSTILE[1], HOSTILE[0]]
    assert atom.entries[0].title == expected()[0]
    rss = parsed(running.site.ask("/feeds/alerts.rss"))
    assert rss.version == "rss20"
    assert rss.entries[2].title == "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;img src=x onerror=alert(2)&gt;"
    assert b"<script" not in running.site.ask("/feeds/alerts.rss").body.replace(b"&amp;lt;script", b"")
    answer = running.site.ask("/feeds/alerts.json")
    assert answer.headers["content-type"] == "application/feed+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    feed = json.loads(answer.body)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["title"] for item in feed["items"]] == titles
    assert {entry.link for entry in atom.entries} == {item["url"] for item in feed["items"]}


@pytest.mark.parametrize("kind", ["rss", "atom", "json"])
def test_a_feed_narrows_as_the_list_does_and_is_sent_once(running: Api, kind: str) -> None:
    path = f"/feeds/alerts.{kind}?severity=critical&q=optical"
    answer = running.site.ask(path)
    [alert] = running.get("/api/v1/alerts?severity=critical&q=optical")["alerts"]
    assert answer.body.decode().count(f"/alerts/{alert['id']}") >= 1
    assert running.get("/api/v1/alerts?severity=high")["alerts"][0]["id"] not in answer.text
    again = running.site.ask(path, headers={"If-None-Match": f'"other", W/{answer.headers["etag"]}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert running.site.ask(f"/feeds/alerts.{kind}?severity=grave").status == 400


def test_a_token_in_the_address_may_read_alone_and_is_not_repeated(
    running: Api, sqlite_database: Database, tmp_path: Path
) -> None:
    secret = running.site.always["Authorization"].removeprefix("Bearer ")
    stranger = replace(running.site, always={})
    for kind in ("rss", "atom", "json"):
        path = f"/feeds/alerts.{kind}"
        assert stranger.ask(path).status == stranger.ask(f"{path}?token=wrong").status == 401
        answer = stranger.ask(f"{path}?token={secret}&severity=critical")
        assert answer.status == 200
        assert secret not in answer.text
        assert "severity=critical" in answer.text
    assert stranger.ask(f"/api/v1/alerts?token={secret}").status == 401, "of the feeds alone"
    with api(sqlite_database, tmp_path / "rules", "alerts:read", "alerts:write", role=Role.VIEWER) as writing:
        secret = writing.site.always["Authorization"].removeprefix("Bearer ")
        assert replace(writing.site, always={}).ask(f"/feeds/alerts.json?token={secret}").status == 403
        assert writing.site.ask("/feeds/alerts.json").status == 200


def test_an_empty_feed_is_a_feed(sqlite_database: Database, tmp_path: Path) -> None:
    with api(sqlite_database, write_rules(tmp_path), "alerts:read") as running:
        for kind in ("rss", "atom"):
            assert parsed(running.site.ask(f"/feeds/alerts.{kind}")).entries == []
        assert json.loads(running.site.ask("/feeds/alerts.json").body)["items"] == []
