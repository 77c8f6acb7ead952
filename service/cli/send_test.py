"""`tapewatch send-test RECEIVER`: one clearly marked test alert to each target of a receiver, now, with the answer of each."""

import uuid
from typing import Annotated

import typer
from rich.text import Text

from service.app import open_notifiers
from service.cli.output import out, plain
from service.cli.setup import EnvFile, RulesDir, prepare
from service.clock import utc_now
from service.errors import ConfigurationError
from service.pipeline.trials import send_test as send_to_all
from service.rulebook import load_folder


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
    with open_notifiers(environment, settings, secrets) as (notifiers, secret):
        told = send_to_all(notifiers, secret, receivers[receiver], uuid.uuid4().hex, utc_now())
    for one in told:
        word, style = _WORDS[one.outcome]
        out.print(Text.assemble((word, style), one.target, "  ", plain(one.detail)), soft_wrap=True)
    if any(one.outcome != "sent" for one in told):
        raise typer.Exit(1)


_WORDS = {"sent": ("sent     ", "green"), "unknown": ("unknown  ", "yellow"), "failed": ("not sent ", "bold red")}
