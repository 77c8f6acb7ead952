"""`tapewatch send-test RECEIVER`: one clearly marked test alert to each target of a receiver, now, with the answer of each."""

import uuid
from typing import Annotated

import typer
from rich.text import Text

from service.app import open_notifiers
from service.cli.output import out, plain
from service.cli.setup import EnvFile, RulesDir, prepare
from service.clock import utc_now
from service.errors import ConfigurationError, NotifyError, StorageError
from service.model.alert import Alert
from service.model.delivery import Delivery, Sent
from service.model.rule import Severity
from service.model.span import Span
from service.notify.receivers import resolve
from service.rulebook import load_folder

WORDS = "a test"
TEXT = f"This is {WORDS} from Tapewatch: if you read it, this receiver works."


def send_test(
    receiver: Annotated[str, typer.Argument(help="A receiver of routes.yaml.")], rules: RulesDir = None, env_file: EnvFile = None
) -> None:
    """Send a test alert to every target of RECEIVER; exit code 1 if one did not take it."""
    environment, settings, secrets = prepare(env_file, rules=rules, quiet=True)
    receivers = load_folder(settings.rules_folder).routing.receivers
    if receiver not in receivers:
        raise ConfigurationError(
            f"there is no receiver {receiver!r} in routes.yaml; receivers are: {', '.join(sorted(receivers))}"
        )
    failed = False
    with open_notifiers(environment, settings, secrets) as (notifiers, secret):
        for target in receivers[receiver].targets:
            try:
                outcome = notifiers.send(_test_delivery(receiver, target), resolve(target, secret))
            except (NotifyError, ConfigurationError, StorageError) as error:
                failed = True
                out.print(Text.assemble(("not sent ", "bold red"), target, "  ", plain(str(error))), soft_wrap=True)
                continue
            failed = failed or not isinstance(outcome, Sent)
            word = Text("sent     ", "green") if isinstance(outcome, Sent) else Text("unknown  ", "yellow")
            out.print(Text.assemble(word, target, "  ", (plain(outcome.detail), "dim")), soft_wrap=True)
    if failed:
        raise typer.Exit(1)


def _test_delivery(receiver: str, target: str) -> Delivery:
    now, key = utc_now(), uuid.uuid4().hex
    start = TEXT.index(WORDS)
    alert = Alert(
        id=key[:16],
        fingerprint=key,
        rule="send-test",
        rule_place="tapewatch send-test",
        severity=Severity.INFO,
        title=f"Test of receiver {receiver}",
        subject="",
        alias="",
        entity=None,
        event_type="",
        excerpt=TEXT,
        marks=(Span(start, start + len(WORDS)),),
        reason="somebody ran `tapewatch send-test`",
        headline="Test of Tapewatch",
        link="",
        source="send-test",
        publisher="Tapewatch",
        published=now,
        created_at=now,
    )
    return Delivery(0, f"test-{key}", receiver, target, (alert,), 1, now, "")
