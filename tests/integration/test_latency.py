"""How long an alert took, measured by the line and shown to people and programs."""

import json
from datetime import timedelta
from pathlib import Path

from service.model.delivery import DeliveryState
from service.storage.database import Database
from tests.integration.test_app import deliver, item, opened
from tests.support.folder import write_rules
from tests.support.news import ARTICLE, STORY, store, tell
from tests.support.process import tapewatch
from tests.support.web import parse, site


def test_page_and_api_show_each_step(sqlite_database: Database) -> None:
    published = ARTICLE.published
    assert published is not None
    (alert, *_) = store(sqlite_database, ARTICLE, STORY, published + timedelta(minutes=3))
    tell(sqlite_database, [alert], {"mail": DeliveryState.SENT}, published + timedelta(minutes=3, seconds=2))
    tell(sqlite_database, [alert], {"chat": DeliveryState.RETRYABLE}, published + timedelta(minutes=4))
    with site(sqlite_database) as running:
        page = parse(running.ask(f"/alerts/{alert.id}")).text
        found = json.loads(running.ask(f"/api/v1/alerts/{alert.id}").body)
    assert "Fetched after 3 mins" in page
    assert "Matched by the rule at once" in page
    assert "Queued after 2 secs" in page
    assert "Delivered mail at once" in page
    assert "3 mins 2 secs in all" in page
    mail, chat = found["deliveries"]
    assert mail["latency"] == {"fetched": 180, "matched": 0, "queued": 2, "delivered": 0, "total": 182}
    assert (chat["latency"]["queued"], chat["latency"]["delivered"], chat["sent_at"]) == (60, None, None)
    assert found["fetched_at"] == (published + timedelta(minutes=3)).isoformat()


def test_the_line_measures_every_step_and_explain_shows_them(tmp_path: Path, sqlite_url: str) -> None:
    write_rules(tmp_path)
    with opened(tmp_path, sqlite_url) as app:
        app.pipeline.push("push", [item()])
        deliver(app)
        text = app.parts.metrics.text().decode()
    for step in ("fetched", "matched", "queued", "delivered", "total"):
        assert f'tapewatch_latency_seconds_count{{step="{step}"}} 1.0' in text
    env = {"TAPEWATCH_DATABASE_URL": sqlite_url, "TAPEWATCH_RULES_DIR": str(tmp_path / "rules")}
    done = tapewatch("explain", "1", cwd=tmp_path, env=env)
    assert done.returncode == 0, done.stderr
    assert "queued 0.0 s, delivered" in done.stdout
