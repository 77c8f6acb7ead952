"""`tapewatch rules stats`: what came of each rule's alerts, and what readers said of them."""

from datetime import timedelta

from rich.table import Table
from rich.text import Text

from service.app import open_for_reading
from service.cli.corpus import AsJson, Since
from service.cli.output import SEVERITY_STYLE, out, plain
from service.cli.rules_setup import print_json
from service.cli.setup import DataDir, EnvFile, RulesDir, prepare
from service.errors import ConfigurationError
from service.model.duration import parse_duration
from service.rulebook import load_folder
from service.storage.rule_stats import RuleStats, of_all

COLUMNS = ("rule", "alerts", "told", "acknowledged", "not useful", "a day")


def stats(
    since: Since = "30d", rules: RulesDir = None, as_json: AsJson = False, data: DataDir = None, env_file: EnvFile = None
) -> None:
    """Say for each rule how many alerts it made and told people of, and, of all time, how many were acknowledged or of no use."""
    _, settings, _ = prepare(env_file, rules=rules, data=data, quiet=True)
    try:
        back = parse_duration(since)
    except (ValueError, OverflowError) as error:
        raise ConfigurationError(f"--since: {error}") from None
    book = load_folder(settings.rules_folder)
    with open_for_reading(settings) as database, database.read() as connection:
        known = of_all(connection, database.now(connection) - back)
    faces = {rule.id: rule for rule in book.rules.rules}
    found = {name: _figures(known.get(name, RuleStats())) for name in (*faces, *sorted(known.keys() - faces.keys()))}
    if as_json:
        print_json({"since": since, "rules": [{"id": name, "in_force": name in faces, **one} for name, one in found.items()]})
        return
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "rule" else "right")
    days = max(back / timedelta(days=1), 1.0)
    for name, one in found.items():
        word = Text(plain(name), SEVERITY_STYLE[faces[name].severity]) if name in faces else Text(f"{plain(name)} (gone)", "dim")
        table.add_row(word, *map(str, one.values()), f"{one['told'] / days:.1f}")
    out.print(table)
    if any(one["not_useful"] for one in found.values()):
        out.print("\n`not useful` counts what readers said by the button in messages; a rule that has many wants narrower words")


def _figures(one: RuleStats) -> dict[str, int]:
    told = one.outcomes["alerted"]
    return {"alerts": one.days.total(), "told": told, "acknowledged": one.acknowledged, "not_useful": one.useless}
