"""A rules folder for tests: one plain rule, routes and sources as the test wants them."""

from pathlib import Path

RULES = """\
rules:
  - id: limit-up
    title: "{{ subject }} hits limit-up"
    severity: high
    when: {event: limit_up}
    labels: {topic: limit}
    examples:
      match: ["Lumentum hit limit-up"]
      no_match: ["Lumentum fell"]
"""

INBOX_ROUTES = """\
route: {receiver: inbox}
receivers:
  - name: inbox
    targets: ["inbox://"]
"""


def write_rules(folder: Path, *, rules: str = RULES, routes: str = INBOX_ROUTES, sources: str = "sources: []\n") -> Path:
    """Make `folder`/rules and return it."""
    place = folder / "rules"
    (place / "alerts").mkdir(parents=True, exist_ok=True)
    (place / "alerts" / "desk.yaml").write_text(rules, "utf-8")
    (place / "routes.yaml").write_text(routes, "utf-8")
    (place / "sources.yaml").write_text(sources, "utf-8")
    return place


def rss(*items: tuple[str, str, str], title: str = "Example Wire") -> str:
    """An RSS feed of (guid, headline, text)."""
    body = "".join(
        f"<item><guid isPermaLink='false'>{guid}</guid><title><![CDATA[{headline}]]></title>"
        f"<description><![CDATA[{text}]]></description><pubDate>Mon, 22 Dec 2025 07:30:00 GMT</pubDate></item>"
        for guid, headline, text in items
    )
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel><title>{title}</title>{body}</channel></rss>"
