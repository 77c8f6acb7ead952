"""The examples of docs/api.md, run as they stand, and `tapewatch --server` beside them."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from io import StringIO
from pathlib import Path

import pytest

from service.app import App
from service.cli import main, remote
from service.cli.output import err, out
from service.cli.run import web_context
from service.clock import utc_now
from service.model.delivery import DeliveryState
from service.storage.database import Database
from service.web import create_app
from service.web.problems import KINDS
from tests.integration.test_app import opened
from tests.support.folder import RULES, write_rules
from tests.support.news import ARTICLE, STORY, store, tell
from tests.support.process import Done, tapewatch
from tests.support.web import Site, serve, with_token

GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
WRITING = (
    *("alerts:read", "alerts:write", "items:write", "rules:read", "rules:write", "routes:write", "silences:write"),
    *("deliveries:write", "sources:write"),
)


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str) -> Iterator[App]:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        yield app


@pytest.fixture
def running(app: App) -> Iterator[Site]:
    with serve(create_app(web_context(app, lambda: False))) as site:
        yield site


def token(site: Site, database: Database, *scopes: str) -> str:
    return with_token(site, database, *scopes).always["Authorization"].removeprefix("Bearer ")


def test_every_example_of_the_guide_does_what_it_says(running: Site, app: App, tmp_path: Path) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    text = GUIDE.read_text("utf-8")
    examples = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    assert len(examples) >= 10
    assert examples[3].startswith("curl") and "/api/v1/items" in examples[3], "later examples speak of the pushed item"
    environment = {
        "SERVER": running.url,
        "TOKEN": token(running, app.parts.database, *WRITING),
        "READING_TOKEN": token(running, app.parts.database, "alerts:read"),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }
    for example in examples:
        script = example.replace("/tmp/tapewatch-desk.json", str(tmp_path / "desk.json"))
        command = ["bash", "-euo", "pipefail", "-c", script]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, f"{example}\n{done.stdout}\n{done.stderr}"


def test_the_guide_names_every_type_of_problem() -> None:
    assert re.findall(r"^\| `/api/problems#([a-z-]+)` \| (\d+) \|", GUIDE.read_text("utf-8"), re.MULTILINE) == [
        (kind, str(status)) for kind, (status, _, _) in KINDS.items()
    ]


def here(*arguments: str) -> Done:
    """The same command in this process."""
    said, refused = StringIO(), StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(said),
        redirect_stderr(refused),
        pytest.raises(SystemExit) as ended,
    ):
        patch.setattr(sys, "argv", ["tapewatch", *arguments])
        patch.setattr(remote, "_chosen", [])
        main()
        sys.exit(0)
    code = ended.value.code
    return Done(arguments, code if isinstance(code, int) else 0, said.getvalue(), refused.getvalue())


def test_the_command_line_asks_a_running_server(running: Site, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now, database = utc_now(), app.parts.database
    told = store(database, ARTICLE, STORY, now)
    tell(database, told[:1], {"mail": DeliveryState.DISCARDED}, now)
    secret = tmp_path / "token"
    secret.write_text(token(running, database, *WRITING) + "\n", "utf-8")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(out, "width", 200)
    monkeypatch.setattr(err, "width", 200)

    def ask(*arguments: str, code: int = 0, run: Callable[..., Done] = here) -> Done:
        done = run("--server", running.url, "--token-file", str(secret), *arguments)
        assert done.returncode == code, done.stderr + done.stdout
        return done

    asked = ask("alerts", "list", "--severity", "critical", "--search", "optical", "--json", run=partial(tapewatch, cwd=tmp_path))
    [critical] = json.loads(asked.stdout)["alerts"]
    assert critical["id"] == told[1].id
    assert "Acknowledged by admin" in ask("alerts", "ack", critical["id"]).stdout
    assert "no alert with this id" in ask("alerts", "ack", "nobody", code=1).stderr
    assert "ready" in ask("status").stdout
    made = json.loads(ask("silences", "add", "rule=limit-up", "--for", "2h", "--json").stdout)
    ask("silences", "end", str(made["number"]))
    [given_up] = json.loads(ask("deliveries", "list", "--json").stdout)["deliveries"]
    assert "retryable" in ask("deliveries", "retry", given_up["key"]).stdout
    assert "good" in ask("rules", "check", "rules").stdout
    (tmp_path / "rules" / "alerts" / "desk.yaml").write_text(RULES.replace("severity: high", "severity: grave"), "utf-8")
    assert "alerts/desk.yaml:4" in ask("rules", "check", "rules", code=1).stdout
    assert "this machine" in ask("rules", "try", "text", code=1).stderr
    assert "--server is for" in ask("run", code=1).stderr
    nobody = tapewatch("--server", running.url, "status", cwd=tmp_path, env={"TAPEWATCH_TOKEN": "wrong"})
    assert (nobody.returncode, "token" in nobody.stderr) == (1, True)
