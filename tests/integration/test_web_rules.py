"""The pages of rules: looked at, tried, changed, put back, made; by plain forms, as without a script."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.app import App
from service.model.user import Role
from service.storage import audit, feedback, rulesets
from tests.integration.test_app import item, opened
from tests.support.console import console
from tests.support.corpora import members
from tests.support.folder import RULES, write_rules
from tests.support.web import Page, Site, parse, signed_in

WRONG = RULES.replace("event: limit_up", "event: limit_upp")
QUIET = """\
rules:
  - id: quiet
    enabled: false
    owner: ann
    labels: {desk: metals}
    description: Not yet.
    when: {event: ipo}
"""
NAUGHTY = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7 * 7 }}"
NAMED = json.dumps(NAUGHTY)


@pytest.fixture
def app(tmp_path: Path, sqlite_url: str) -> Iterator[App]:
    (write_rules(tmp_path) / "alerts" / "quiet.yaml").write_text(QUIET, "utf-8")
    with opened(tmp_path, sqlite_url) as app:
        yield app


@pytest.fixture
def site(app: App) -> Iterator[Site]:
    with console(app) as site:
        yield site


def fields(app: App, text: str, **more: str) -> dict[str, str]:
    return {"place": "alerts/desk.yaml", "text": text, "base": app.rulebook.version, "rule": "limit-up", **more}


def ids(app: App) -> list[str]:
    return [rule.id for rule in app.rulebook.rules.rules]


def test_the_list_tells_how_each_rule_did(app: App, site: Site) -> None:
    app.pipeline.push("push", [item("1"), item("2")])
    with app.parts.database.begin() as connection:
        alert = connection.exec_driver_sql("SELECT id FROM alerts").scalar_one()
        feedback.add(connection, alert, "inbox", app.parts.database.now(connection))
    page = parse(site.ask("/rules"))
    assert "limit-up" in page.text
    assert "alerts/desk.yaml:2" in page.text
    assert "a day" not in page.text  # one alert in thirty days is not worth a figure
    assert "50 %" in page.text, "the second report was a repeat"
    assert "1 not useful" in page.text
    assert "quiet off Not yet. alerts/quiet.yaml:2 · ann" in page.text
    assert any(path["d"] for path in page.all("path") if path.get("class") == "fill-accent")


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("state=off", ["quiet"]),
        ("state=on", ["limit-up"]),
        ("state=quiet", ["limit-up", "quiet"]),
        ("state=doubtful", []),
        ("q=ANN", ["quiet"]),
        ("q=desk%3Dmetals", ["quiet"]),
        ("severity=high", ["limit-up"]),
        ("sort=severity", ["limit-up", "quiet"]),
        ("sort=useless&page=99", ["limit-up", "quiet"]),
        ("sort=%00&severity=%ff&state=x&page=-1", ["limit-up", "quiet"]),
        ("q=nothing+of+that", []),
    ],
)
def test_the_list_is_narrowed_and_sorted(site: Site, question: str, shown: list[str]) -> None:
    page = parse(site.ask(f"/rules?{question}"))
    found = [
        str(link["href"]).removeprefix("/rules/") for link in page.all("a") if str(link.get("href", "")).startswith("/rules/")
    ]
    assert [name for name in found if name in ("limit-up", "quiet")] == shown


def test_the_page_of_a_rule_says_what_it_means_and_shows_its_file(site: Site) -> None:
    answer = site.ask("/rules/limit-up")
    page = parse(answer)
    assert "Alerts when the news reports limit up." in page.text
    assert RULES.strip() in "".join(page.words)
    assert {"place", "base", "text", "why"} <= {str(one.get("name")) for tag in ("input", "textarea") for one in page.all(tag)}
    assert "style=" not in answer.text
    assert site.ask("/rules/nothing").status == 404
    assert site.ask("/rules/quiet").status == 200


def test_a_viewer_reads_and_changes_nothing(app: App) -> None:
    with console(app, Role.VIEWER) as site:
        page = parse(site.ask("/rules/limit-up"))
        assert "event: limit_up" in page.text
        assert not [one for one in page.all("form") if one.get("action") == "/rules/edit"]
        assert "/rules/new" not in site.ask("/rules").text
        for path in ("/rules/edit", "/rules/look", "/rules/new", "/rules/new/preview", "/rules/watchlist", "/rules/versions/1"):
            assert site.post(path, fields(app, QUIET)).status == 403
        assert site.ask("/rules/new").status == 403
    assert ids(app) == ["limit-up"]


def test_a_mistake_is_shown_at_its_line_and_keeps_what_was_typed(app: App, site: Site) -> None:
    for action in ("save", "check"):
        answer = site.post("/rules/edit", fields(app, WRONG, action=action, why="because"))
        assert answer.status == (422 if action == "save" else 200)
        page = parse(answer)
        assert "1 mistake" in page.text
        assert re.search(r"Line 5 .*limit_upp", page.text)
        assert "event: limit_upp" in page.text
        assert "because" in [one.get("value") for one in page.all("input")]
        places = [one for one in page.all("li") if one.get("data-problem") == "error"]
        assert [(one["data-line"], one["data-column"]) for one in places] == [("5", "19")]
    assert ids(app) == ["limit-up"]


def test_saving_makes_a_version_that_is_in_force_and_written_down(app: App, site: Site, tmp_path: Path) -> None:
    before = app.rulebook.version
    renamed = RULES.replace("id: limit-up", "id: sealed").replace("\n", "\r\n")
    answer = site.post("/rules/edit", fields(app, renamed, why="a better name", action="save"))
    assert (answer.status, answer.headers["location"]) == (303, "/rules/sealed")
    assert ids(app) == ["sealed"]
    assert (tmp_path / "rules" / "alerts" / "desk.yaml").read_text("utf-8") == renamed.replace("\r\n", "\n")
    with app.parts.database.read() as connection:
        (change,) = audit.page(connection, limit=5, what="rule.save")
    assert (change.who, change.subject) == ("editor", "rules/alerts/desk.yaml")
    page = parse(site.ask("/rules/sealed"))
    assert "a better name" in page.text and "in force" in page.text
    app.pipeline.push("push", [item()])
    assert "sealed" in site.ask("/").text
    assert before in site.ask("/rules/versions").text


def test_who_saves_over_another_change_sees_it_first(app: App, site: Site) -> None:
    old = fields(app, RULES.replace("severity: high", "severity: low"), action="save", why="mine")
    other = signed_in(site, app.parts.database, Role.ADMIN)
    assert other.post("/rules/edit", fields(app, RULES.replace("high", "critical"), action="save", why="theirs")).status == 303
    answer = site.post("/rules/edit", old)
    assert answer.status == 409
    page = parse(answer)
    assert "Somebody changed this file while you did" in page.text
    assert "admin: theirs" in page.text
    assert "severity: low" in page.text and "severity: critical" in page.text
    assert [one.get("value") for one in page.all("input") if one.get("name") == "base"] == [app.rulebook.version]
    assert app.rulebook.rules.rules[0].severity.value == "critical", "nothing was saved"
    assert site.post("/rules/edit", {**old, "base": app.rulebook.version}).status == 303
    assert app.rulebook.rules.rules[0].severity.value == "low"


def test_a_change_of_another_file_is_no_conflict(app: App, site: Site) -> None:
    mine = fields(app, RULES.replace("severity: high", "severity: low"), action="save")
    theirs = {**fields(app, QUIET.replace("false", "true"), action="save"), "place": "alerts/quiet.yaml", "rule": "quiet"}
    assert site.post("/rules/edit", theirs).status == 303
    assert site.post("/rules/edit", mine).status == 303
    assert ids(app) == ["limit-up", "quiet"]


def test_a_text_is_tried_on_a_draft(app: App, site: Site) -> None:
    draft = fields(app, RULES.replace("id: limit-up", "id: draft"), action="try", tried_text="Lumentum hit limit-up on Monday.")
    page = parse(site.post("/rules/edit", {**draft, "rule": "draft"}))
    assert "Lumentum hits limit-up" in page.text
    part = parse(site.post("/rules/look", {**draft, "rule": "draft"}))
    assert "Lumentum hits limit-up" in part.text
    assert "draft holds" in part.text
    part = parse(site.post("/rules/look", {**draft, "tried_text": "Lumentum named a chief executive."}))
    assert "No rule would fire on this." in part.text
    assert ids(app) == ["limit-up"]


def test_a_draft_is_held_against_the_past(app: App, site: Site) -> None:
    app.pipeline.push("push", [item("1"), item("2", "NVIDIA hit limit-up on Tuesday."), item("3", "Lumentum plans an IPO.")])
    more = (
        RULES.replace("event: limit_up", "event: ipo").replace("hit limit-up", "plans an IPO").replace("hits limit-up", "lists")
    )
    part = parse(site.post("/rules/look", fields(app, more, action="backtest", days="1")))
    assert "3 items of 1 day" in part.text
    assert "+1" in part.text and "−2" in part.text
    assert "Lumentum lists" in part.text
    same = parse(site.post("/rules/look", fields(app, RULES, action="backtest", days="7000")))
    assert "The same alerts." in same.text
    assert "2.0 alerts a day are to be expected" in same.text
    wrong = parse(site.post("/rules/look", fields(app, WRONG, action="backtest")))
    assert "Mend the mistakes first" in wrong.text


def test_a_file_is_deleted_and_put_back(app: App, site: Site, tmp_path: Path) -> None:
    file, first = tmp_path / "rules" / "alerts" / "desk.yaml", app.rulebook.version
    assert site.post("/rules/edit", fields(app, RULES, action="delete", why="over")).headers["location"] == "/rules"
    assert (ids(app), file.exists()) == ([], False)
    assert site.post("/rules/edit", fields(app, RULES, action="delete")).status == 422, "it is gone already"
    with app.parts.database.read() as connection:
        newest, oldest = rulesets.activations(connection, limit=5)
    assert "over" in site.ask(f"/rules/versions/{newest.number}").text
    site.post(f"/rules/versions/{oldest.number}", {"base": app.rulebook.version, "place": "alerts/desk.yaml"})
    assert (ids(app), file.read_text("utf-8"), app.rulebook.version) == (["limit-up"], RULES, first)


def test_versions_are_compared_and_put_back(app: App, site: Site) -> None:
    first = app.rulebook.version
    site.post("/rules/edit", fields(app, RULES.replace("severity: high", "severity: low"), action="save", why="too loud"))
    with app.parts.database.read() as connection:
        newest, oldest = rulesets.activations(connection, limit=5)
    page = parse(site.ask(f"/rules/versions/{newest.number}"))
    assert "too loud" in page.text
    kinds = [one.get("class") for one in page.all("li")]
    assert "added" in kinds and "removed" in kinds
    assert site.post(f"/rules/versions/{oldest.number}", {"base": first}).status == 409, "that is not in force any more"
    answer = site.post(f"/rules/versions/{oldest.number}", {"base": app.rulebook.version})
    assert (answer.status, app.rulebook.version) == (303, first)
    assert "Back to version" in site.ask("/rules/limit-up").text
    for number in ("0", "99", "-1", "9" * 30):
        assert site.ask(f"/rules/versions/{number}").status in (404, 422)
    assert [site.ask(f"/rules/versions?before={before}").status for before in ("1", "-1", "9" * 30)] == [200, 400, 400]


def test_what_may_hold_a_secret_is_shown_to_editors_alone(app: App, site: Site) -> None:
    secret = 'sources: [{id: wire, kind: feed, url: "https://news.example.com/rss?key=hunter2", enabled: false}]\n'
    sent = {"text": secret, "base": app.rulebook.version, "do": "save"}
    assert site.post("/files/sources.yaml", sent).status == 303
    with app.parts.database.read() as connection:
        number = rulesets.activations(connection, limit=1)[0].number
    assert "hunter2" in site.ask(f"/rules/versions/{number}").text
    with console(app, Role.VIEWER) as viewer:
        shown = viewer.ask(f"/rules/versions/{number}").text
        assert "sources.yaml" in shown and "Editors alone" in shown
        for page in (f"/rules/versions/{number}", "/rules/versions", "/sources", "/sources/wire", "/status"):
            assert "hunter2" not in viewer.ask(page).text


@pytest.mark.parametrize("place", ["../routes.yaml", "alerts/../../x.yaml", "events/ipo.yaml", "/etc/passwd", "alerts/x.py", ""])
def test_no_other_file_can_be_reached(app: App, site: Site, place: str, tmp_path: Path) -> None:
    """GHSA-mh42, GHSA-8757, through the form."""
    answer = site.post("/rules/edit", {**fields(app, QUIET, action="save"), "place": place})
    assert answer.status == 422
    assert "cannot be changed here" in answer.text
    assert sorted(path.name for path in (tmp_path / "rules").rglob("*") if path.is_file()) == [
        "desk.yaml",
        "quiet.yaml",
        "routes.yaml",
        "sources.yaml",
    ]


@pytest.mark.parametrize(
    "text",
    [
        NAUGHTY,
        f"rules:\n  - id: x\n    title: {NAMED}\n    when: {{event: limit_up}}\n    examples: {{match: [{NAMED}]}}\n",
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "[" * 5000,
        "rules: " + "{a: " * 3000,
        "#" * 1_100_000,
        "rules:\n" + "  - id: x\n" * 20_000,
        "\x00\x01\x1b[31m",
        "rules:\n  - id: r\n    when: {text: {regex: '(a+)+$'}}\n    examples: {match: ['" + "a" * 5000 + "!']}\n",
    ],
    ids=range(9),
)
def test_naughty_texts_are_answered_and_never_become_markup(app: App, site: Site, text: str) -> None:
    for path in ("/rules/look", "/rules/edit"):
        answer = site.post(path, fields(app, text, action="check", tried_text=NAUGHTY))
        assert answer.status == (200 if len(text) < 1_000_000 else 400)
        page = parse(answer)
        assert not [one for one in page.all("script") if not str(one.get("src", "")).startswith("/static/")]
        assert not page.all("img")
        assert [one for tag, one in page.elements if any(name.startswith("on") for name in one)] == []
    assert ids(app) == ["limit-up"]


def shape(page: Page) -> set[tuple[str, tuple[str, ...]]]:
    """What the page is built of, whatever it says."""
    return {(tag, tuple(sorted(attributes))) for tag, attributes in page.elements}


@pytest.mark.corpora
def test_collected_payloads_in_every_part_of_a_rule_stay_text(app: App, site: Site) -> None:
    files = members("corpora/hostile.tar.gz", "payloads/PayloadsAllTheThings/XSS Injection/Intruders/")
    lines = sorted(
        {line.strip() for content in files.values() for line in content.decode("utf-8", "replace").splitlines()} - {""}
    )
    clean = ["".join(letter for letter in line if letter.isprintable()) for line in lines]
    ten = [json.dumps(" ".join(clean[start : start + 10]), ensure_ascii=False) for start in range(0, len(clean), 10)]
    rules = "rules:\n" + "".join(
        f"  - id: x{number}\n    description: {some}\n    title: Up\n    when: {{event: limit_up}}\n"
        f"    examples: {{match: [{some}]}}\n"
        for number, some in enumerate(ten)
    )
    harmless = "rules:\n  - id: x0\n    title: Up\n    when: {event: limit_up}\n    examples: {match: [Nothing happened.]}\n"
    allowed = shape(parse(site.post("/rules/look", fields(app, harmless, action="check"))))
    page = parse(site.post("/rules/look", fields(app, rules, action="check")))
    assert len(page.all("li")) > 50
    assert {tag for tag, _ in shape(page)} <= {tag for tag, _ in allowed}
    assert not [
        names for _, names in shape(page) if any(name.startswith("on") or name in ("src", "href", "style") for name in names)
    ]
    saved = re.sub("    examples: .*\n", "", rules)
    assert site.post("/rules/edit", fields(app, saved, action="save", why=clean[0])).status == 303
    for path in ("/rules", "/rules/x0", "/rules/x10", "/rules/versions", "/rules/versions/2"):
        page = parse(site.ask(path))
        assert not page.all("img") and not page.all("iframe") and not page.all("style")
        assert {str(one.get("src", "")).split("/")[1] for one in page.all("script")} == {"static"}
        assert not [names for _, names in shape(page) if any(name.startswith("on") or name == "style" for name in names)]


def test_the_editor_learns_of_the_schema_and_of_entities(site: Site) -> None:
    answer = site.ask("/rules/schema.json")
    assert "limit_up" in answer.text and answer.headers["content-type"] == "application/json"
    assert site.ask("/rules/schema.json", headers={"If-None-Match": answer.headers["etag"]}).status == 304
    found = json.loads(site.ask("/rules/entities?q=nvid").body)["entities"]
    assert found[0]["id"] == "NVDA.US"
    assert json.loads(site.ask("/rules/entities?q=601869").body)["entities"][0]["id"] == "601869.SH"
    assert json.loads(site.ask("/rules/entities?q=%20").body)["entities"] == []
    assert len(json.loads(site.ask("/rules/entities?q=a").body)["entities"]) == 20


def test_a_rule_grows_from_answers(app: App, site: Site) -> None:
    assert "A sentence that should alert" in parse(site.ask("/rules/new")).text
    answers = {
        "sentence": "Lumentum hit limit-up on Monday.",
        "counter": "Lumentum fell.",
        "severity": "critical",
        "label": "desk=a",
    }
    part = parse(site.post("/rules/new/preview", answers))
    assert "event: limit_up" in part.text
    assert "2 examples hold" in part.text
    assert "The sentence would be told to: inbox" in part.text
    page = parse(site.post("/rules/new", {**answers, "action": "open", "id": "mine", "whom": "entity", "name": "NVDA.US"}))
    assert "id: mine" in page.text and "subject: {entity: NVDA.US}" in page.text
    assert "must alert" not in page.text and "1 mistake" in page.text, "the sentence is not about that"
    opened_page = parse(site.post("/rules/new", {**answers, "action": "open", "id": "mine"}))
    text = next("".join(opened_page.words) for _ in "x")
    assert "labels: {desk: a}" in text
    hidden = {str(one.get("name")): str(one.get("value")) for one in opened_page.all("input")}
    assert hidden["place"] == "alerts/mine.yaml"
    naughty = {
        "sentence": NAUGHTY,
        "what": "words",
        "words": NAUGHTY,
        "id": "../x",
        "label": "a=b: [c",
        "whom": "name",
        "name": NAUGHTY,
    }
    part = parse(site.post("/rules/new/preview", naughty))
    assert not part.all("script") and not part.all("img")
    moved = parse(site.post("/rules/new/preview", {"what": "price_move", "least": "7.5", "choices": "ipo.stage=filed"}))
    assert "move: {at_least: 7.5}" in moved.text and "filed" not in moved.text
    staged = parse(
        site.post("/rules/new/preview", [("what", "ipo"), ("choices", "ipo.stage=filed"), ("choices", "ipo.stage=listed")])
    )
    assert "stage: [filed, listed]" in staged.text


def test_a_watchlist_is_pasted(app: App, site: Site) -> None:
    assert "Nothing yet." in parse(site.ask("/rules/watchlist")).text
    asked = site.post("/rules/watchlist", {"pasted": "NVDA, 长飞光纤\n600487.SH\nAlder Optics"})
    assert asked.status == 422 and "Nobody is called this:Alder Optics" in parse(asked).text
    pasted = {"pasted": "NVDA, 长飞光纤\n600487.SH\nAlder Optics", "as_names": "yes"}
    assert site.post("/rules/watchlist", pasted).status == 303
    page = parse(site.ask("/rules/watchlist"))
    for name in ("NVDA.US", "601869.SH", "600487.SH", "Alder Optics"):
        assert name in page.text
    assert "A rule for this list" in page.text
    rule = "rules:\n  - id: mine\n    when: {event: limit_up, subject: {list: watchlist}}\n"
    made = {**fields(app, rule, action="save"), "place": "alerts/mine.yaml", "rule": ""}
    assert site.post("/rules/edit", made).headers["location"] == "/rules/mine"
    assert "A rule for this list" not in parse(site.ask("/rules/watchlist")).text
    assert site.post("/rules/watchlist", {"remove": "NVDA.US"}).status == 303
    assert "NVDA.US" not in site.ask("/rules/watchlist").text
    several = [("remove", "601869.SH"), ("remove", "600487.SH"), ("remove", "name:Alder Optics")]
    refused = site.post("/rules/watchlist", several)
    assert refused.status == 422 and "Nothing was changed." in parse(refused).text, "a rule asks for the list"


@pytest.mark.parametrize(
    "more",
    [
        "lists: {watchlist: [NVDA.US], others: [AAPL.US]}\nrules: []\n",
        "lists: {watchlist: [NVDA.US, {tag: optical}]}\nrules: []\n",
        "lists: {watchlist: [NVDA.US]}\nrules:\n  - {id: mine, when: {event: ipo}}\n",
    ],
)
def test_what_somebody_wrote_beside_the_watchlist_is_not_lost(app: App, site: Site, more: str) -> None:
    app.desk.save({"alerts/watchlist.yaml": more.encode()}, app.rulebook.version, "ann")
    answer = site.post("/rules/watchlist", {"pasted": "600487.SH"})
    assert answer.status == 409 and "holds more than the watchlist" in parse(answer).text
    assert app.desk.text("alerts/watchlist.yaml") == more
