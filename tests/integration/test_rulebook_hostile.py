"""Hostile rule files through the whole rulebook, as a reload reads them: refused at their place, or harmless."""

import json
from pathlib import Path

import pytest

from service.errors import InvalidFiles
from service.model.item import Item
from service.rulebook import Memory, Rulebook, parse_folder
from service.rulefolder import read_folder
from service.rules.matcher import match
from tests.support.corpora import members
from tests.support.folder import RULES, write_rules

BOMBS = {
    "aliases": "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*{'a' if not n else f'b{n - 1}'}, *a]\n" for n in range(30)),
    "merges": "a: &a {x: 1}\nrules:\n  - <<: *a\n    id: r\n",
    "itself": "rules: &r [*r]\n",
    "deep lists": "rules: " + "[" * 20_000 + "]" * 20_000 + "\n",
    "deep mappings": "rules: " + "{a: " * 20_000 + "}" * 20_000 + "\n",
    "deep blocks": "".join(f"{' ' * n}a:\n" for n in range(2_000)),
    "wide": "rules: [" + "{}, " * 60_000 + "]\n",
    "long": "rules: # " + "x" * (1 << 20) + "\n",
    "tags": "rules: !!python/object/apply:os.system [id]\n",
    "many documents": "---\nrules: []\n" * 3,
    "not text": "rules: \x00\n",
}


class Reloads:
    """A folder that is read again and again with one file in another state."""

    def __init__(self, folder: Path) -> None:
        self._texts = read_folder(write_rules(folder))
        self._memory = Memory()
        self.good = parse_folder(self._texts, self._memory)
        self._name = next(name for name in self._texts if name.endswith("alerts/desk.yaml"))

    def read(self, content: bytes) -> Rulebook | list[str]:
        """The rulebook, or what is said against it: all of it about this file."""
        try:
            return parse_folder({**self._texts, self._name: content}, self._memory)
        except InvalidFiles as refused:
            assert {problem.file for problem in refused.problems} == {self._name}
            last = len(content.splitlines()) + 1
            assert all(problem.message and 0 <= problem.line <= last for problem in refused.problems)
            return [str(problem) for problem in refused.problems]


@pytest.fixture
def reloads(tmp_path: Path) -> Reloads:
    return Reloads(tmp_path)


@pytest.mark.parametrize("content", BOMBS.values(), ids=list(BOMBS))
def test_bombs_are_refused_before_they_go_off(reloads: Reloads, content: str) -> None:
    found = reloads.read(content.encode())
    assert isinstance(found, list)
    assert len(str(found)) < 20_000, "what is said is short, however large the file is"
    after = reloads.read(RULES.encode())
    assert isinstance(after, Rulebook)
    assert after.version == reloads.good.version


@pytest.mark.corpora
@pytest.mark.parametrize("folder", ["yaml/", "json/", "xml/", "payloads/blns"])
def test_files_of_any_kind_are_refused_at_a_place_or_hold_no_rule(reloads: Reloads, folder: str) -> None:
    refused = 0
    for content in members("corpora/hostile.tar.gz", folder).values():
        found = reloads.read(content)
        refused += isinstance(found, list)
        assert isinstance(found, list) or not found.rules.rules
    assert refused


@pytest.mark.corpora
def test_patterns_that_hang_other_engines_are_refused_or_run_in_linear_time(reloads: Reloads) -> None:
    patterns: set[str] = set()
    for name, content in members("corpora/hostile.tar.gz", "regex/").items():
        data = json.loads(content) if name.endswith(".json") else {}
        patterns |= (
            {data["pattern"]} if "pattern" in data else {*data.get("vulnerable", []), *data.get("judged_not_exponential", [])}
        )
    rules = [{"id": f"r{n}", "when": {"text": {"regex": pattern}}} for n, pattern in enumerate(sorted(patterns))]
    taken = [one for one in rules if isinstance(reloads.read(json.dumps({"rules": [one]}).encode()), Rulebook)]
    assert 10 < len(taken) < len(rules)
    book = reloads.read(json.dumps({"rules": taken}).encode())
    assert isinstance(book, Rulebook)
    for letter in "a x0\t-,=":
        match(book.rules, Item("wire", letter, "", letter * 50_000 + "!"), ())
