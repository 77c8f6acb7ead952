"""`tapewatch demo`: the whole line on the seed article, from the scheduler to a received e-mail and a received Slack message.

Everything is real but the far ends, which are servers on loopback; nothing is left behind. Exit code 0 only when every alert
arrived at every receiver, each exactly once.
"""

import queue
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack, chdir
from datetime import timedelta
from pathlib import Path
from time import monotonic

import typer
from rich.text import Text

from service.app import App, open_app
from service.cli.output import alert_panel, out, plain
from service.cli.sinks import LOOPBACK, Arrivals, Received, mail_sink, slack_sink
from service.config import Environment, Settings
from service.logs import Secrets, configure
from service.model.alert import Alert
from service.model.delivery import DeliveryState
from service.naming import SHIPPED
from service.storage import alerts, deliveries, items

PATIENCE = 60.0
"""Seconds until the demo says what is missing."""
QUIET = 1.5
"""Seconds after the last arrival in which a message too many would show itself."""
CHANNELS = ("e-mail", "Slack", "inbox")

ROUTES = """\
route: {{receiver: everyone, group_by: ["..."], group_wait: 0s}}
receivers:
  - name: everyone
    targets:
      - mailto://{loopback}:{mail}/?from=tapewatch@example.com&to=desk@example.com&mode=insecure
      - slack://${{DEMO_SLACK_TOKENS}}
      - inbox://
"""


def demo() -> None:
    """Run the seed article through everything and show each alert as it arrives by e-mail and Slack."""
    arrivals: Arrivals = queue.Queue()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tapewatch-demo-")))
        stack.enter_context(chdir(folder))  # so that reasons say rules/alerts/… as they would at home
        mail, slack = stack.enter_context(mail_sink(arrivals)), stack.enter_context(slack_sink(arrivals))
        secrets = Secrets()
        configure("warning", "text", secrets)
        environment = Environment({"DEMO_SLACK_TOKENS": f"T{'0' * 8}/B{'0' * 8}/{'0' * 24}"}, env_file=None)
        settings = _settings(folder, mail, slack)
        out.print(f"[bold]Tapewatch demo[/]  an SMTP server on {LOOPBACK}:{mail}, a Slack-shaped one on {LOOPBACK}:{slack}\n")
        app = stack.enter_context(open_app(environment, settings, secrets))
        started = monotonic()
        with app.ticking(), out.status("reading the seed article"):
            received = _collect(app, arrivals, started)
        complete = _report(app, received)
    if not complete:
        raise typer.Exit(1)


def _settings(folder: Path, mail: int, slack: int) -> Settings:
    rules = folder / "rules"
    shutil.copytree(SHIPPED / "alerts", rules / "alerts")
    shutil.copyfile(SHIPPED / "sources.yaml", rules / "sources.yaml")
    (rules / "routes.yaml").write_text(ROUTES.format(loopback=LOOPBACK, mail=mail), "utf-8")
    return Settings(
        rules_dir=rules,
        data_dir=folder / "data",
        allow_networks=(f"{LOOPBACK}/32:{mail}", f"{LOOPBACK}/32:{slack}"),
        slack_webhook_base=f"http://{LOOPBACK}:{slack}/services",
        slack_every=timedelta(milliseconds=1),  # the real one takes one message a second
        tick=timedelta(milliseconds=200),
    )


def _collect(app: App, arrivals: Arrivals, started: float) -> list[tuple[Received, float]]:
    """Show each message as it arrives until all deliveries are final and the line has been quiet for a moment."""
    received: list[tuple[Received, float]] = []
    while monotonic() - started < PATIENCE:
        try:
            one = arrivals.get(timeout=QUIET)
        except queue.Empty:
            if _settled(app):
                break
            continue
        seconds = monotonic() - started
        received.append((one, seconds))
        out.print(
            Text.assemble((f"{seconds:5.1f} s ", "dim"), (f"{one.channel:7}", "green"), plain(one.headline)), soft_wrap=True
        )
    return received


def _settled(app: App) -> bool:
    with app.parts.database.read() as connection:
        counts = deliveries.counts(connection)
        moving = counts[DeliveryState.PENDING] + counts[DeliveryState.SENDING] + counts[DeliveryState.RETRYABLE]
        return bool(items.recent(connection, 1)) and not moving


def _report(app: App, received: list[tuple[Received, float]]) -> bool:
    """Print every alert with where it arrived, and say whether all of it did, once."""
    arrived = Counter((one.channel, one.key) for one, _ in received)
    when = {(one.channel, one.key): seconds for one, seconds in received}
    complete = True
    with app.parts.database.read() as connection:
        told = [stored.alert for stored in alerts.page(connection, limit=1000)]
        keys = {alert.id: _keys(deliveries.of_alert(connection, alert.id), arrived) for alert in told}
    out.print()
    for alert in told:
        words = [_arrival(channel, keys[alert.id].get(channel), arrived, when) for channel in CHANNELS]
        complete = complete and not any(word.endswith("!") for word in words)
        out.print(alert_panel(alert, heading=", ".join(words)))
    return _verdict(told, complete)


def _keys(statuses: list[deliveries.DeliveryStatus], arrived: Mapping[tuple[str, str], int]) -> dict[str, str]:
    """The delivery key of one alert by channel; the inbox has arrived when its delivery is sent."""
    names = {"mailto": "e-mail", "slack": "Slack", "inbox": "inbox"}
    found = {}
    for status in statuses:
        channel = names[status.target.partition("://")[0]]
        if channel != "inbox" or status.state is DeliveryState.SENT:
            found[channel] = status.key
    return found


def _arrival(channel: str, key: str | None, arrived: Mapping[tuple[str, str], int], when: Mapping[tuple[str, str], float]) -> str:
    if key is None:
        return f"{channel} never sent!"
    if channel == "inbox":
        return channel
    times = arrived.get((channel, key), 0)
    if times == 1:
        return f"{channel} after {when[channel, key]:.1f} s"
    return f"{channel} {times} times!" if times else f"{channel} not received!"


def _verdict(told: list[Alert], complete: bool) -> bool:
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(alert.event_type for alert in told).items())
    if told and complete:
        out.print(f"\n[bold green]all {len(told)} alerts arrived[/], each once by e-mail, Slack and in the inbox: {kinds}")
        return True
    out.print(
        f"\n[bold red]not all arrived[/]: {len(told)} alerts were made ({kinds or 'none'}); what is missing is marked with !"
    )
    return False
