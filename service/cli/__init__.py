"""The command `tapewatch`: each module holds one command or group; all they do is ask the parts below and print.

Errors the product knows are printed as they are, one sentence that names the place and the cure, and end with exit code 1.
"""

import sys

import typer

from service.beginning import begun
from service.cli import (
    alerts,
    deliveries,
    demo,
    entities,
    explain,
    extract,
    init,
    prune,
    routes,
    rule_proof,
    rule_stats,
    rule_versions,
    rules,
    run,
    send_test,
    silences,
    status,
    stories,
    tokens,
    users,
)
from service.cli.output import print_error
from service.errors import TapewatchError

begun()

app = typer.Typer(
    name="tapewatch",
    help="Reads market news, understands its events in English and Chinese, and tells the right people once.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.callback()(run.whole)
app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("init")(init.init)
rules.group.command("try")(rule_proof.try_text)
rules.group.command("backtest")(rule_proof.backtest)
rules.group.command("diff")(rule_proof.diff)
rules.group.command("stats")(rule_stats.stats)
rules.group.command("versions")(rule_versions.versions)
rules.group.command("activate")(rule_versions.activate)
app.add_typer(rules.group, name="rules")
app.add_typer(routes.group, name="routes")
app.add_typer(entities.group, name="entities")
app.add_typer(alerts.group, name="alerts")
app.add_typer(silences.group, name="silences")
app.add_typer(deliveries.group, name="deliveries")
users.group.add_typer(tokens.group, name="tokens")
app.add_typer(users.group, name="users")
app.command("extract")(extract.extract_lines)
app.command("stories")(stories.story_lines)
app.command("explain")(explain.explain)
app.command("send-test")(send_test.send_test)
app.command("prune")(prune.prune)
app.command("status")(status.status)


def main() -> None:
    """Entry point of the console script."""
    try:
        app()
    except TapewatchError as error:
        print_error(error)
        sys.exit(1)
    except BrokenPipeError:  # the reader of our output left (`tapewatch ... | head`): nothing is wrong
        sys.stderr.close()
        sys.exit(0)
