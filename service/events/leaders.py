"""Whose leadership changes: the company, never the person who comes or goes.

Chinese news says "某公司：董事长某某辞职" and "公司副董事长某某申请辞去董事长职务": the company stands before the title, inside
the words ("卸任亚马逊首席执行官"), or it is whom the item is about. Guarantee: a person, a board or a meeting is none; where no
company can be told, there is no fact. It must not decide whether anybody left.
"""

import re

from service.events.facts import Fact, Found, is_old, mention_of
from service.events.reading import Mention

_TITLE = (
    r"(?:副?董事长|副?总经理|副?总裁|首席|CEO|ceo|cfo|coo|cto|CFO|COO|CTO|副?行长|财务总监|财务负责人|董事会秘书|董秘|"
    r"董事局主席|董事会主席|联席总裁|执行董事|非执行董事|常务副总)"
)
_LEAVES = re.compile(rf"(?:辞去|辞任|卸任)(?:了)?(?P<name>[^,。;:公该本其上所]{{2,12}}?)(?:集团)?{_TITLE}")
_HIRES = re.compile(r"(?:任命|聘任|委任|聘请|选举)$")
_NO_COMPANY = re.compile(
    rf"{_TITLE}|先生|女士|申请|会议|董事|监事|经理|任期|议案|时任|原|先后|股东大会|会计|秘书|职务|通过|同意|公告|任命|聘任|"
    rf"提交|年|[月日]|、$|^(?:美元|其|该|本|公司|因|于|近|"
    r"拟|会议|执行|副|总|此次|本次|并|由|如今|目前|这|那|前|新任|现任|自|将|任)|[，。（）的在与和兼及]|"
    r"[一二三四五六七八九十两\d]名"
)
_TITLED = re.compile(r"(?:\([^)]*\))?(?:公司)?[^,。;]{0,3}$")
_FIRST_TITLE = re.compile(_TITLE)
_ANNOUNCES = re.compile(r"(?:\([^)]*\))?\s?(?:[:】]|公告|公布|宣布|晚间公告|发布公告)")
_TOPIC_WITHIN = 30


def leaders(found: Found) -> list[Fact]:
    """The company."""
    mention = _chinese(found) if found.language == "zh" else found.mention
    return [] if mention is None or is_old(found) else [Fact(mention)]


def _chinese(found: Found) -> Mention | None:
    folded = found.reading.folded
    inside = _LEAVES.match(folded, found.evidence.start, found.clause.end)
    if inside and not _NO_COMPANY.search(inside["name"]):
        return mention_of(found.reading, *inside.span("name"))
    mention = found.mention
    if mention.span and mention.span.end <= found.evidence.start and not _NO_COMPANY.search(mention.text):
        between = folded[mention.span.end : found.evidence.start]
        hires = _HIRES.search(found.say.of(folded)) and len(between) < 6
        titled = _TITLED.match(between) and _FIRST_TITLE.match(folded, found.evidence.start)
        if hires or titled or mention.entity:
            return mention
    return _item_company(found)


def _item_company(found: Found) -> Mention | None:
    topic = found.reading.topic
    if not topic or topic[0].span is None or topic[0].span.start > _TOPIC_WITHIN or _NO_COMPANY.search(topic[0].text):
        return None
    announces = _ANNOUNCES.match(found.reading.folded, topic[0].span.end)
    return topic[0] if announces or topic[0].entity else None
