"""Calls and imports that this project must not hold, found in its own syntax trees."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICE = ROOT / "service"
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in SERVICE.rglob("*.py")}
OTHER_HTTP = {"requests", "httpx", "aiohttp", "urllib3", "http.client"}
ASKS_ITSELF = {"service/cli/status.py": {"http.client"}}
"""`status --ready` asks the process beside it; the address is its own, not a stranger's."""


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def imports(file: str) -> tuple[str, ...]:
    return tuple(_imported(TREES[file]))


@cache
def all_calls(file: str) -> tuple[tuple[str, ast.Call], ...]:
    """Every call, with the dotted name of what it calls, as written."""
    return tuple((ast.unparse(node.func), node) for node in ast.walk(TREES[file]) if isinstance(node, ast.Call))


def calls(file: str, name: str) -> list[ast.Call]:
    """Calls of the dotted name, as written."""
    return [call for called, call in all_calls(file) if called == name]


def test_feedparser_is_called_once_with_bytes_in_memory_and_its_dangers_off() -> None:
    found = [(file, call) for file in TREES for call in calls(file, "feedparser.parse")]
    assert [file for file, _ in found] == ["service/sources/feed_parser.py"]
    ((_, call),) = found
    assert [ast.unparse(argument) for argument in call.args] == ["io.BytesIO(body)"]
    options = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    assert options == {"response_headers": "headers", "sanitize_html": "False", "resolve_relative_uris": "False"}


def test_feedparser_is_imported_by_one_module_and_never_piecewise() -> None:
    users = {file: [name for name in imports(file) if name.split(".")[0] == "feedparser"] for file in TREES}
    assert {file for file, names in users.items() if names} == {"service/sources/feed_parser.py"}
    assert "feedparser.parse" not in users["service/sources/feed_parser.py"]


@pytest.mark.parametrize("file", TREES)
def test_yaml_is_read_by_marked_yaml_alone(file: str) -> None:
    if not file.startswith("service/marked_yaml"):
        assert not [name for name in imports(file) if name.split(".")[0] in ("yaml", "_yaml", "ruamel")]


@pytest.mark.parametrize("file", TREES)
def test_nothing_is_loaded_that_can_run_code(file: str) -> None:
    assert not [name for name in imports(file) if name.split(".")[0] in ("pickle", "marshal", "shelve", "dill", "cloudpickle")]
    for name in ("yaml.load", "yaml.safe_load", "yaml.full_load", "yaml.unsafe_load", "eval", "exec", "__import__", "os.system"):
        assert not calls(file, name), name


@pytest.mark.parametrize("file", TREES)
def test_only_the_http_room_speaks_http(file: str) -> None:
    names = set(imports(file))
    if not file.startswith("service/http/"):
        assert not {name for name in names if name.split(".")[0] == "pycurl"}
    other = {name for name in names if name in OTHER_HTTP or name.split(".")[0] in OTHER_HTTP}
    assert other <= ASKS_ITSELF.get(file, set())
    assert not {name for name in names if name.startswith("urllib.request")}


OUR_FIELD = "service/web/access/forgery.py"
"""The hidden field of forms is written there once; `Markup.format` escapes the value in it."""


@pytest.mark.parametrize("file", TREES)
def test_no_text_is_declared_safe(file: str) -> None:
    names = set(imports(file))
    allowed = {"markupsafe.Markup"} if file == OUR_FIELD else set()
    assert not {name for name in names if name.rpartition(".")[2] == "Markup"} - allowed
    for called, call in all_calls(file):
        assert called.rpartition(".")[2] != "Markup" or file == OUR_FIELD
        off = [keyword for keyword in call.keywords if keyword.arg == "autoescape" and ast.unparse(keyword.value) == "False"]
        assert not off, ast.unparse(call)


def test_no_template_turns_escaping_off() -> None:
    templates = [path for path in SERVICE.rglob("*") if path.suffix in (".html", ".j2", ".jinja", ".txt", ".xml", ".liquid")]
    off = re.compile(r"\|\s*safe\b|\{%-?\s*autoescape\s+(false|off)|\bMarkup\b")
    assert [path.name for path in templates if off.search(path.read_text("utf-8"))] == []
