"""Templates of a receiver: what they may say, that what they make stays text, and that a failing one costs nothing but itself."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.alerting.routes_file import parse_routes
from service.errors import InvalidFiles
from service.marked_yaml import load
from service.model.alert import Novelty
from service.model.delivery import Background, Delivery, Digest, Sent
from service.model.rule import Severity
from service.notify.render import render
from service.notify.render.custom import MAX_LINES, VARIABLES, faults
from service.notify.render.slack import slack_message
from service.notify.render.telling import template_fault
from service.rulebook import load_folder
from tests.support.alerts import NOW, make_alert
from tests.support.folder import write_rules
from tests.support.html_page import Page
from tests.support.notify import Inbox, make_delivery, notifiers

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=120)


def templated(delivery: Delivery | None = None, **templates: str) -> Delivery:
    return replace(delivery or make_delivery(), templates=templates)


def strings(value: object) -> list[str]:
    if isinstance(value, dict | list):
        return [text for each in (value.values() if isinstance(value, dict) else value) for text in strings(each)]
    return [value] if isinstance(value, str) else []


def test_a_subject_takes_the_place_of_the_default_one() -> None:
    delivery = templated(subject="{{ severity | upcase }} {{ alias }}: {{ figure }} ({{ age }})")
    rendered = render(delivery)
    assert rendered.subject == "HIGH 长飞光纤: Limit up (30 min after publication)"
    assert rendered.text == render(make_delivery()).text
    assert slack_message(delivery)["text"] == rendered.subject


def test_a_text_takes_the_place_of_the_default_one_in_every_form() -> None:
    delivery = templated(text="{{ title }}\n\n  {{ facts.state }} / {{ labels.topic }}: {{ link }}")
    rendered = render(delivery)
    said = ["Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up", "", "sealed / limit: https://news.example.com/1"]
    assert rendered.text.startswith("\n".join(said) + "\n")
    assert "Why" not in rendered.text and "Why" not in Page(rendered.html).text
    assert "sealed / limit: https://news.example.com/1" in Page(rendered.html).text
    blocks = slack_message(delivery)["blocks"]
    assert "\n".join(said) + "\n" in strings(blocks)
    assert not [block for block in blocks if block["type"] == "context"]
    assert rendered.subject == render(make_delivery()).subject


def test_every_alert_of_a_bundle_has_its_own_text_and_the_gravest_the_subject() -> None:
    low, top = (
        make_alert(id="l", title="quiet", severity=Severity.LOW),
        make_alert(id="t", title="loud", severity=Severity.CRITICAL),
    )
    rendered = render(
        templated(make_delivery(low, top), subject="{{ count }}: {{ title }}", text="<{{ title }}> to {{ receiver }}")
    )
    assert rendered.subject == "2: loud"
    assert rendered.text.index("1. <loud> to desk") < rendered.text.index("2. <quiet> to desk")
    assert "&lt;loud&gt; to desk" in rendered.html


def test_every_variable_can_be_used_and_is_empty_where_it_is_not_known() -> None:
    everything = " ".join(f"{name}={{{{ {name} }}}}" for name in VARIABLES if name not in ("facts", "labels"))
    assert faults(everything) == []
    alert = make_alert(
        id="u",
        novelty=Novelty.UPDATE,
        follows="f",
        facts={"pct": 12.0},
        event_type="price_move",
        body="one\ntwo",
        outlets=("North",),
    )
    background = {"u": Background("first title", "price_move", {"pct": 5.0}, ("Alder Optics",))}
    text = render(templated(replace(make_delivery(alert), background=background), text=everything)).text.splitlines()
    assert "title=Yangtze Optical Fibre and Cable (长飞光纤) hits limit-up severity=high figure=Up 12%" in text[0]
    assert "changed=up 5% → up 12%" in text[0] and "outlets=North" in text[0] and "body=one" in text[0]
    assert "rule=limit-up" in text[1] and "follows=first title receiver=desk count=1" in text[1] and "novelty=update" in text[1]
    bare = make_alert(subject="", alias="", entity=None, event_type="", facts={}, labels={}, excerpt="", marks=(), reason="")
    assert render(templated(make_delivery(bare), text="[{{ subject }}{{ facts.pct }}{{ labels.desk }}]")).text.startswith("[]\n")


def test_a_condition_on_a_fact_means_what_its_author_means() -> None:
    template = "{% if facts.pct > 10 %}large{% else %}small{% endif %} {{ facts.pct }}"
    for pct, expected in ((12.0, "large 12"), (5.5, "small 5.5")):
        assert render(templated(make_delivery(make_alert(facts={"pct": pct})), subject=template)).subject == expected


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{{ nonsense }}", "nonsense"),
        ("{{ title", "expected"),
        ("{% for x in (1..99999999) %}x{% endfor %}", "ranges"),
        ("{% for x in labels %}{{ x }}{% endfor %}", "for"),
        ("{{ title | no_such_filter }}", "no_such_filter"),
        ("{% include 'x' %}", "include"),
        ("x" * 2001, "longer than 2000"),
        ("   ", "it says nothing"),
        ("{{ headline | append: headline | replace: 'p', headline " + "| replace: 'p', headline " * 60 + "}}", "too long"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_template_that_fails_sends_the_default_and_tells(template: str, words: str) -> None:
    delivery = templated(make_delivery(make_alert(headline="p" * 300)), subject=template, text=template)
    default = replace(delivery, templates={})
    assert render(delivery) == render(default)
    assert slack_message(delivery) == slack_message(default)
    fault = template_fault(delivery)
    assert fault.startswith("the subject template of receiver desk failed, so the default was sent: ")
    assert words in fault and len(fault) <= 300


def test_the_fault_is_part_of_what_is_recorded() -> None:
    inbox = Inbox()
    with notifiers(inbox=inbox) as out:
        sent = out.send(templated(text="{{ nonsense }}"), "inbox://")
        assert isinstance(sent, Sent)
        assert sent.detail.startswith("in the inbox; the text template of receiver desk failed, so the default was sent: ")
        assert out.send(templated(text="{{ title }}"), "inbox://") == Sent("in the inbox")
    assert inbox.kept["d3adbeef" * 4].text == render(make_delivery()).text


def test_a_digest_and_a_delivery_without_alerts_have_their_own_form() -> None:
    digest = replace(make_delivery(), digest=Digest("Digest", NOW, NOW + timedelta(hours=1), ""))
    empty = replace(make_delivery(), alerts=())
    for delivery in (digest, empty):
        assert render(templated(delivery, subject="x", text="y")) == render(delivery)


def test_a_text_is_no_longer_than_its_lines_allow() -> None:
    text = render(templated(text="\n".join(["line"] * 300))).text
    assert text.count("line") == MAX_LINES


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT)
def test_what_strangers_wrote_stays_text(one: str, two: str) -> None:
    alert = make_alert(title=one, headline=two, labels={"x": one}, facts={"y": two}, event_type="")
    text = "a {{ title }} {{ headline }}\n{{ labels.x }} {{ facts.y }}"
    delivery = templated(make_delivery(alert), subject="s {{ title }}{{ headline }}", text=text)
    rendered = render(delivery)
    assert template_fault(delivery) == ""
    assert rendered.subject.splitlines() == [rendered.subject]
    ours = Page(render(make_delivery()).html)
    page = Page(rendered.html)
    assert set(page.tags) <= set(ours.tags) and page.attributes <= ours.attributes
    assert not [said for said in strings(slack_message(delivery)) if "<!" in said or "<@" in said or "<http" in said]


def test_a_template_in_what_a_stranger_wrote_is_not_run() -> None:
    hostile = "{{ labels.topic }}{% assign x = 7 %}"
    rendered = render(templated(make_delivery(make_alert(title=hostile)), subject="{{ title }}", text="{{ title }}"))
    assert rendered.subject == hostile and hostile in rendered.text


# --- in routes.yaml ---

ROUTES = """\
route: {receiver: desk}
receivers:
  - name: desk
    targets: ["inbox://"]
    templates: {subject: "{{ title }}", text: "{{ figure }}"}
    footer: latency
"""


def test_a_receiver_says_how_it_wants_its_messages(tmp_path: Path) -> None:
    receiver = load_folder(write_rules(tmp_path, routes=ROUTES)).routing.receivers["desk"]
    assert receiver.templates == {"subject": "{{ title }}", "text": "{{ figure }}"}
    assert receiver.footer == "latency"
    plain, _ = parse_routes(load(ROUTES.split("    templates")[0], "routes.yaml"))
    assert plain is not None and plain.routing.receivers["desk"].templates == {}


def test_a_template_that_cannot_work_is_refused_with_its_place(tmp_path: Path) -> None:
    place = write_rules(tmp_path, routes=ROUTES.replace("{{ title }}", "{{ titel }}").replace("{{ figure }}", "{% if %}"))
    with pytest.raises(InvalidFiles) as caught:
        load_folder(place)
    faults = {(problem.line, problem.message) for problem in caught.value.problems}
    assert (5, "unknown variable `titel`") in faults
    assert len(faults) == 2 and {line for line, _ in faults} == {5}


@pytest.mark.parametrize(("old", "new"), [("subject:", "sbject:"), ("footer: latency", "footer: slow")])
def test_an_unknown_part_or_footer_is_refused(old: str, new: str) -> None:
    routing, problems = parse_routes(load(ROUTES.replace(old, new), "routes.yaml"))
    assert routing is None and problems


def test_the_order_of_templates_does_not_matter() -> None:
    kinds: dict[str, Any] = {"text": "{{ title }}", "subject": "{{ title }}"}
    assert render(templated(**kinds)) == render(templated(**dict(reversed(kinds.items()))))


def test_the_guide_names_every_variable() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "messages.md").read_text("utf-8")
    rows = [row for row in guide.splitlines() if row.startswith("| `")]
    named = {name for row in rows for name in row.split("|")[1].replace("`", "").replace(" ", "").split(",")}
    assert named == set(VARIABLES)
    example = guide.split("```yaml\n")[1].split("```")[0]
    assert (
        faults(example.split('subject: "')[1].split('"\n')[0])
        == faults(example.split("text: |\n")[1].split("    footer")[0])
        == []
    )
