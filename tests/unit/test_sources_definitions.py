"""sources.yaml: every fault at its place, all at once."""

from datetime import timedelta

import pytest

from service.errors import Problem
from service.marked_yaml import load
from service.model.source import Source
from service.sources.definitions import parse_sources


def read(text: str) -> tuple[tuple[Source, ...], list[Problem]]:
    return parse_sources(load(text, "sources.yaml"))


def test_sources_are_read() -> None:
    sources, problems = read(
        """
sources:
  - id: seed
    kind: seed
  - id: wire-1
    kind: feed
    url: https://wire.example/feed.xml?x=1
    interval: 5m
    publisher: " Wire\\u0000 & Co "
    language: zh
    baseline: false
  - {id: ON, url: http://wire.example, enabled: false}
""".replace('" Wire\\u0000 & Co "', "'  Wire &  Co '")
    )
    assert problems == []
    assert sources == (
        Source("seed", "seed", baseline=False),
        Source("wire-1", "feed", "https://wire.example/feed.xml?x=1", timedelta(minutes=5), "Wire & Co", "zh", False),
    )


@pytest.mark.parametrize("text", ["", "{}", "sources: []", "sources:\n  # - id: x\n"])
def test_no_sources_are_no_fault(text: str) -> None:
    assert read(text) == ((), [])


@pytest.mark.parametrize(
    ("entry", "place", "words"),
    [
        ("{kind: seed}", "2:5", "`id` is missing"),
        ("{id: a b, kind: seed}", "2:10", "an id is made of"),
        ("{id: a, kind: sed}", "2:19", "unknown kind `sed`; there are: feed, seed; did you mean `seed`?"),
        ("{id: a, kind: zzzz}", "2:19", "unknown kind `zzzz`; there are: feed, seed"),
        ("{id: a, kind: feed}", "2:5", "needs a `url`"),
        ("{id: a, kind: seed, url: https://a.example}", "2:25", "has no `url`"),
        ("{id: a, url: ftp://a.example}", "2:18", "does not start with http:// or https://"),
        ("{id: a, url: 'https://u:hunter2@a.example/'}", "2:18", "user name or password"),
        ("{id: a, url: 'https://a.example/ x'}", "2:18", "white space"),
        ("{id: a, url: https://a.example, interval: often}", "2:47", "is not a duration"),
        ("{id: a, url: https://a.example, interval: 1ms}", "2:47", "between 100ms and 30d"),
        ("{id: a, url: https://a.example, interval: 9w}", "2:47", "between 100ms and 30d"),
        ("{id: a, url: https://a.example, language: de}", "2:47", "is not one of: en, zh"),
        ("{id: a, url: https://a.example, baseline: perhaps}", "2:47", "expected true or false"),
        ("{id: a, url: https://a.example, intervall: 1m}", "2:37", "unknown key `intervall` (did you mean `interval`?"),
        ("{id: a, url: https://a.example, options: {depth: 3}}", "2:47", "unknown key `depth`"),
        ("{id: a, url: https://a.example, options: 3}", "2:46", "expected a mapping"),
        ("text", "2:5", "expected a mapping"),
    ],
)
def test_a_fault_is_named_at_its_place(entry: str, place: str, words: str) -> None:
    sources, problems = read(f"sources:\n  - {entry}\n")
    assert [problem.place for problem in problems] == [f"sources.yaml:{place}"]
    assert words in str(problems[0])
    assert "hunter2" not in str(problems[0])
    assert len(sources) <= 1


@pytest.mark.parametrize(
    ("text", "place"), [("- a", "1:1"), ("sources: {a: b}", "1:10"), ("sources: x", "1:10"), ("source: []", "1:1")]
)
def test_the_outer_shape(text: str, place: str) -> None:
    sources, problems = read(text)
    assert sources == ()
    assert [problem.place for problem in problems] == [f"sources.yaml:{place}"]


def test_all_faults_come_at_once_and_duplicates_name_the_first() -> None:
    _, problems = read(
        """
sources:
  - {id: a, kind: seed}
  - {id: a, kind: nope}
  - {id: b, url: nowhere}
  - {id: a, kind: seed}
surces: []
"""
    )
    assert sorted(problem.line for problem in problems) == [4, 4, 5, 6, 7]
    assert sum("there is another source `a` in line 3" in problem.message for problem in problems) == 2
