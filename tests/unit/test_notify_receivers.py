"""Targets as written: what is refused with which sentence, how secrets get in, how recipients are taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import ConfigurationError
from service.notify import kind_of
from service.notify.receivers import check_target, expand, resolve, shown, verify
from service.notify.targets import AppriseTarget, InboxTarget, MailTarget, SlackTarget, TargetReader, read_target

GOOD = [
    "inbox://",
    "${SLACK_URL}",
    "mailtos://${SMTP_USER}:${SMTP_PASSWORD}@smtp.gmail.com/desk@example.com",
    "mailtos://me:${SMTP_PASSWORD}@gmail.com",
    "mailto://127.0.0.1:2525/?from=a@example.com&to=b@example.com,c@example.com",
    "mailto://mail.example.com:${SMTP_PORT}/?from=a@example.com&to=${DESK}",
    "mailtos://${SMTP_USER}:${SMTP_PASSWORD}@${SMTP_HOST}/?to=${DESK}",
    "slack://${SLACK_TOKEN}/#alerts",
    "slack://T0AAAAAAA/B0BBBBBBB/${SLACK_TOKEN}/#alerts",
    "slack://${A}/${B}/${C}",
    "https://hooks.slack.com/services/${SLACK_HOOK}",
    "https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/${SLACK_TOKEN}",
    "tgram://${BOT_TOKEN}/${CHAT}",
    "discord://${WEBHOOK_ID}/${WEBHOOK_TOKEN}",
    "https://discord.com/api/webhooks/${DISCORD_HOOK}",
    "ntfys://ntfy.example.com/topic",
    "jsons://user:${PASSWORD}@hook.example.com/path",
    "webhook+https://${WEBHOOK_SECRET}@hooks.example.com/tapewatch?desk=1",
    "webhook+http://${WEBHOOK_SECRET}@10.0.0.7:8080/${PATH_TOKEN}",
    "webhook+https://${WEBHOOK_SECRET}@${HOOK_HOST}/x",
]


@pytest.mark.parametrize("target", GOOD)
def test_good_targets(target: str) -> None:
    assert check_target(target) is None


BAD = [
    ("", "written scheme://"),
    ("ops@example.com", "written scheme://"),
    ("slak://${A}/${B}/${C}", "did you mean slack://?"),
    ("mailt://a@example.com", "did you mean mailto://?"),
    ("inbx://", "did you mean inbox://?"),
    ("zzzzzzzzzz://x", "no service zzzzzzzzzz://"),
    ("https://example.com/hook", "written jsons://host/path"),
    ("inbox://desk", "write inbox://"),
    ("webhook+https://hooks.example.com/x", "a webhook is signed"),
    ("webhook+https://hunter2@hooks.example.com/x", "does not belong in this file"),
    ("webhook+https://${A}:${B}@hooks.example.com/x", "write webhook+https://${WEBHOOK_SECRET}@host/path"),
    ("webhook+ftp://${A}@hooks.example.com/x", "does not start with http:// or https://"),
    ("webhook+https://${A}@", "names no valid host"),
    ("webhook+https://${A}@a/b\\c", "holds a backslash"),
    ("mailto://example.com/desk@example.com", "needs a sender"),
    ("mailtos://me:${P}@gmail.com/nobody", "not an e-mail address: nobody"),
    ("mailtos://me:${P}@gmail.com/a@example.com/b", "not an e-mail address: b"),
    ("mailto://h.example.com/?from=a@example.com&to=b@example.com,nobody", "not an e-mail address: nobody"),
    (f"mailto://{'x' * 70}.example.com/?from=a@example.com&to=b@example.com", "no valid mail server"),
    ("mailtos://me:${P}@gmail.com/?pgp=encrypt", "PGP is not supported"),
    ("mailtos://me:hunter2@gmail.com", "write ${SMTP_PASSWORD} and set it in the environment or as a file SMTP_PASSWORD_FILE"),
    ("mailtos://me@gmail.com/?pass=hunter2", "write ${SMTP_PASSWORD}"),
    ("slack://T0AAAAAAA/B0BBBBBBB/C0CCCCCCC", "write ${SLACK_TOKEN} and set it in the environment or as a file SLACK_TOKEN_FILE"),
    ("slack://xoxb-1-2-abcdef/#alerts", "write ${SLACK_TOKEN}"),
    ("https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/C0CCCCCCC", "write ${SLACK_TOKEN}"),
    ("slack://T0/${X}", "not a complete Slack URL"),
    ("tgram://123456:ABCdef/1", "write ${TGRAM_BOT_TOKEN}"),
    ("tgram://nonsense", "not a complete Telegram URL; it is written tgram://{bot_token}/{targets}"),
    ("mailtos://me:${P-W}@gmail.com", "written ${NAME}"),
    ("mailtos://me:${}@gmail.com", "written ${NAME}"),
    ("mailtos://me:${P@gmail.com", "written ${NAME}"),
    ("mailtos://me:${P:-x}@gmail.com", "written ${NAME}"),
    ("mailto://example.com/?from=a@example.com&name=My Desk", "write a space as %20"),
    ("mailto://example.com/\r\nRCPT TO:<x>", "no control characters"),
]


@pytest.mark.parametrize(("target", "says"), BAD)
def test_bad_targets_are_refused_with_one_clear_sentence(target: str, says: str) -> None:
    problem = check_target(target)
    assert problem is not None and says in problem
    assert "hunter2" not in problem and "C0CCCCCCC" not in problem and "ABCdef" not in problem
    assert "\n" not in problem and "standin" not in problem


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("inbox://", ("inbox://",)),
        ("${URL}", ("${URL}",)),
        ("nonsense", ("nonsense",)),
        ("mailtos://me:${P}@gmail.com", ("mailtos://me:${P}@gmail.com",)),
        (
            "mailtos://${U}:${P}@h.example.com:465/a@example.com/?to=b@example.com,${C}&cc=d@example.com&bcc=e@example.com&mode=ssl",
            tuple(
                f"mailtos://${{U}}:${{P}}@h.example.com:465/{who}?mode=ssl"
                for who in ("a@example.com", "b@example.com", "${C}", "d@example.com", "e@example.com")
            ),
        ),
        (
            "mailto://h.example.com/?from=x@example.com&to=Ann%20<a@example.com>,b@example.com",
            (
                "mailto://h.example.com/%22Ann%22%20%3Ca@example.com%3E?from=x@example.com",
                "mailto://h.example.com/b@example.com?from=x@example.com",
            ),
        ),
        ("slack://${T}/#a/#b", ("slack://${T}/#a", "slack://${T}/#b")),
        ("slack://${A}/${B}/${C}/#a/#b", ("slack://${A}/${B}/${C}/#a", "slack://${A}/${B}/${C}/#b")),
        (
            "https://hooks.slack.com/services/T0/B0/${C}?to=a,b",
            ("https://hooks.slack.com/services/T0/B0/${C}?to=a", "https://hooks.slack.com/services/T0/B0/${C}?to=b"),
        ),
        ("tgram://${T}/1/2", ("tgram://${T}/1/2",)),
    ],
)
def test_each_recipient_gets_a_target_of_its_own(target: str, expected: tuple[str, ...]) -> None:
    assert expand(target) == expected
    assert all(expand(one) == (one,) for one in expected)


def test_a_named_recipient_keeps_the_name() -> None:
    first = expand("mailto://h.example.com/?from=x@example.com&to=Ann%20<a@example.com>,b@example.com")[0]
    target = read_target(first)
    assert isinstance(target, MailTarget)
    assert target.recipients == (("Ann", "a@example.com"),)


AWKWARD = "p@ss/w:rd#?&=%41+ ;密码'\"\\${X}"


def test_any_password_works() -> None:
    url = resolve("mailtos://${U}:${P}@smtp.example.com:587/?from=a@example.com", {"U": "me@x.example", "P": AWKWARD}.get)
    target = read_target(url)
    assert isinstance(target, MailTarget)
    assert (target.user, target.password, target.host, target.port) == ("me@x.example", AWKWARD, "smtp.example.com", 587)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=["Cs", "Z"]), min_size=1, max_size=40))
def test_resolving_encodes_so_that_nothing_leaks_into_another_part(password: str) -> None:
    url = resolve("mailtos://me:${P}@smtp.example.com/?to=a@example.com", lambda name: password)
    user, at, rest = url.removeprefix("mailtos://").partition("@")
    assert rest == "smtp.example.com/?to=a@example.com" and at
    assert not set("/?#@ ") & set(user)


def test_placeholders_elsewhere_in_the_url() -> None:
    secrets = {
        "HOST": "mail.example.com:2525",
        "HOOK": "T0AAAA/B0BBBB/C0CCCC",
        "TO": "a+b@example.com",
        "BOT": "123456789:ABC-def",
    }.get
    assert resolve("mailto://${HOST}/?from=x@example.com&to=${TO}", secrets) == (
        "mailto://mail.example.com:2525/?from=x@example.com&to=a%2Bb%40example.com"
    )
    target = read_target(resolve("https://hooks.slack.com/services/${HOOK}", secrets))
    assert isinstance(target, SlackTarget) and target.tokens == ("T0AAAA", "B0BBBB", "C0CCCC")
    target = read_target(resolve("slack://${HOOK}/#a", secrets))
    assert isinstance(target, SlackTarget) and target.channels == ("#a",)
    assert isinstance(read_target(resolve("tgram://${BOT}/12345", secrets)), AppriseTarget)
    assert resolve("${HOST}", secrets) == "mail.example.com:2525"


def test_a_missing_secret_is_named_with_the_cure_and_nothing_else() -> None:
    with pytest.raises(ConfigurationError) as caught:
        resolve("mailtos://me:${SMTP_PASSWORD}@smtp.example.com/?to=boss@example.com", lambda name: None)
    assert str(caught.value) == (
        "mailtos://smtp.example.com needs SMTP_PASSWORD: set it in the environment, "
        "or name a file that holds it in SMTP_PASSWORD_FILE"
    )
    with pytest.raises(ConfigurationError, match="a target needs SLACK_URL"):
        resolve("${SLACK_URL}", lambda name: "")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("mailtos://u:p@smtp.example.com:465/x", "mailtos://smtp.example.com:465"),
        ("slack://TOKEN/B/C", "slack://…"),
        ("tgram://123:abc/1", "tgram://…"),
        ("inbox://", "inbox://"),
        ("${X}", "a target"),
    ],
)
def test_what_is_shown_of_a_target_is_no_secret(target: str, expected: str) -> None:
    assert shown(target) == expected


def test_verify_looks_at_the_target_with_its_secrets() -> None:
    assert verify("slack://${T}/#a", {"T": "xoxb-1-2-abc"}.get) is None
    assert verify("slak://${T}", {"T": "x"}.get) == "there is no service slak://; did you mean slack://?"
    assert "needs T" in str(verify("slack://${T}/#a", lambda name: None))
    problem = verify("slack://${T}/#a", {"T": "CANARY-not-a-token"}.get)
    assert problem == "the slack:// target cannot be used: its URL is not complete or not valid"
    problem = verify("mailto://h.example.com/?from=x@example.com&to=${TO}", {"TO": "a@example.com,b@example.com"}.get)
    assert problem is not None and "names 2 recipients" in problem
    problem = verify("slack://${T}/${C}", {"T": "xoxb-1-2-abc", "C": "#a/#b"}.get)
    assert problem is not None and "names 2 channels" in problem


def test_a_whole_url_may_be_the_secret() -> None:
    assert verify("${URL}", {"URL": "https://hooks.slack.com/services/T0AAAA/B0BBBB/C0CCCC"}.get) is None
    assert "cannot be used" in str(verify("${URL}", {"URL": "nonsense"}.get))


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("mailto://me:p@mail.example.com", "starttls"),
        ("mailto://me:p@mail.example.com/?mode=insecure", "insecure"),
        ("mailto://me:p@127.0.0.1:2525/?from=a@example.com", "insecure"),
        ("mailto://me:p@localhost:2525/?from=a@example.com", "insecure"),
        ("mailto://me:p@localhost.example.com/?from=a@example.com", "starttls"),
        ("mailto://mail.example.com/?from=a@example.com", "insecure"),
        ("mailtos://me:p@mail.example.com", "starttls"),
        ("mailtos://me:p@mail.example.com/?mode=ssl", "ssl"),
        ("mailtos://me:p@gmail.com", "starttls"),
    ],
)
def test_only_a_written_mode_sends_a_password_in_the_clear(url: str, mode: str) -> None:
    target = read_target(url)
    assert isinstance(target, MailTarget)
    assert target.mode == mode


def test_known_providers_are_filled_in() -> None:
    target = read_target("mailtos://me:p@gmail.com")
    assert isinstance(target, MailTarget)
    assert (target.host, target.port, target.user, target.recipients) == (
        "smtp.gmail.com",
        587,
        "me@gmail.com",
        (("", "me@gmail.com"),),
    )


def test_no_repr_shows_a_secret() -> None:
    for url in ("mailtos://me:CANARY@gmail.com", "slack://T0AAAA/B0BBBB/CANARYCANARY", "slack://xoxb-CANARY/#a"):
        assert "CANARY" not in repr(read_target(url))


def test_services_that_only_apprise_can_do_are_left_to_it() -> None:
    assert read_target("inbox://") == InboxTarget()
    assert read_target("slack://T0/B0/C0/someone@example.com") == AppriseTarget("Slack")
    assert read_target("https://hooks.slack.com/triggers/T0AAAA/B0BBBB/C0CCCC") == AppriseTarget("Slack")


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("mailtos://x", "email"),
        ("mailto://x", "email"),
        ("slack://x", "slack"),
        ("https://hooks.slack.com/services/x", "slack"),
        ("inbox://", "inbox"),
        ("tgram://x", "apprise"),
        ("${URL}", "apprise"),
    ],
)
def test_the_kind_of_a_target_as_written(target: str, kind: str) -> None:
    assert kind_of(target) == kind


def test_the_reader_remembers_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.notify.targets.KEPT", 2)
    reader = TargetReader()
    try:
        answers = [reader.describe(f"json://h{number}.example.com") for number in (1, 2, 1, 3)]
        assert answers[0] is answers[2]
        assert list(reader._known) == ["json://h1.example.com", "json://h3.example.com"]
    finally:
        reader.close()
    reader.close()


def test_a_parser_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.notify.targets.CHILD", "tests.support.notify_child:hang")
    monkeypatch.setattr("service.notify.targets.READ_SECONDS", 0.5)
    reader = TargetReader()
    try:
        assert "took too long" in reader.describe("json://x.example.com")["problem"]
        assert not reader._known
    finally:
        reader.close()
