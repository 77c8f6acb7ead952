"""Whether an English figure belongs to the verb or noun it stands near: what lies between them, and what follows the figure.

"Rose on Monday by as much as [5 %]" is a move of 5 %; "lost among voters, by [5 %]", "raised its sales by [5 %]", "fell below its
base by [5 %]" and "rose from [5 %]" are none.
Guarantee: linear in the words between. It must not know event types.
"""

import re

_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_PLACE = (
    r"(?:new york|london|hong kong|tokyo|frankfurt|mumbai|sydney|toronto|paris|asian?|european?|u\.?s\.?|us|wall street|"
    r"nasdaq|nyse|bse|nse|tsx)"
)
_TIME = (
    rf"(?:{_WEEKDAY}|today|yesterday|{_MONTH}(?: \d{{1,2}})?|{_PLACE}|trading|trade|trades|session|day|hours|market|open|"
    rf"opening|close|closing|bell|"
    r"morning|afternoon|evening|midday|mid-day|noon|premarket|pre-market|aftermarket|after-hours|after-market|postmarket|"
    r"extended|regular|intraday|early|late|"
    r"recent|week|month|year|quarter|weeks|months|years|days|decade|overnight|so far|year-to-date|ytd|past|last|previous|"
    r"first|second|third|"
    r"fourth|this|debut|\d{1,2}(?::\d\d)?(?: ?[ap]\.?m\.?)?|two|three|four|five|six|seven|eight|nine|ten|[a-z]+-(?:day|"
    r"week|month|year)|gmt|et|ist)"
)
_AMOUNT = r"(?:(?:[a-z]{1,3})?[$£€¥₹]\s?[\d.,]+|rs\.? ?[\d.,]+|[\d][\d.,]*|-|/|\(|\)|\+|~)"
_UNIT = (
    r"(?:points?|pts?|cents?|pence|p|per|share|a|an|ounce|barrel|ton|tonne|ticks?|pips?|yen|yuan|won|rupees|euros?|"
    r"dollars?|kronor|crowns|francs|paise|"
    r"lakh|crore|million|billion|bln|mln|apiece|each|metric|pound|bushel)"
)
_DEGREE = (
    r"(?:by|about|around|over|more|than|nearly|almost|as|much|many|another|further|additional|some|roughly|approximately|"
    r"approx|at|least|just|less|"
    r"under|well|fully|full|whopping|massive|staggering|impressive|modest|mere|marginally|slightly|sharply|modestly|"
    r"steeply|substantially|only|"
    r"higher|lower|in|on|during|for|since|or|and|close|near|between|value|the|their|its|his|an|a|also|sharp|combined|"
    r"cumulative|total|average|"
    r"daily|limit|maximum|then|again|even|up|down|back|most|off|through|across|board|collectively|respective|respectively|"
    r"currently|last|was|at|now|"
    r"stunning|solid|hefty|huge|up to|with|to trade|to close|to end|to finish|trading|upwards?|north|south|of|gains?|"
    r"losses?|hit|initially|briefly|exactly|within|after|amid|against)"
)
_BETWEEN = re.compile(rf"\W*(?:(?:{_TIME}|{_UNIT}|{_AMOUNT}|{_DEGREE})(?:[\s,]+|(?=$)|(?<=[(~$+-])|(?=\()))*")
_FIGURE_FIRST = re.compile(
    r"[\s)]*(?:(?:premarket|pre-market|one-day|intraday|daily|weekly|monthly|yearly|annual|year-to-date|ytd|single-day|"
    r"opening|early|late|overnight|"
    r"after-hours|first-day|debut|share|shares|stock|price|share-price|stock-price|market|cumulative|post-earnings|near|or|"
    r"more|plus|initial|further|"
    r"the|straight|at|to|close|trade|open|end|finish|trading|in|of|on|-|sharp|big|one-month|one-week|two-day|three-day|"
    r"five-day|weeklong|"
    r"\d+-day|\d+-month|\d+-week|\d+-year|24-hour|monday|tuesday|wednesday|thursday|friday|today|still|peak-to-trough|"
    r"surprise|additional|sudden|"
    r"and|mid-day|midday|intra-day|better|even|month-to-date|quarterly|week-on-week|session|morning|percentage)\s*)*"
)
_LEVEL_BEFORE = re.compile(
    r"(?<![a-z])(?<!up )(?:to|from|below|above|past|reached|at) (?:about |around |over |nearly |almost |just |a |an )?[~]?$"
)
_OWNED_AFTER = re.compile(
    r"\)? ?(?:of (?!(?:its|their|his|the|total|market)\b (?:market )?(?:value|worth|capitali[sz]ation)|value)|chance|"
    r"probability|profit|stake|interest|tariff|tax|"
    r"discount|premium|coupon|yield|market share|growth|in (?:constant|revenue|sales|gdp)|annual (?:growth|rate|return)|"
    r"shareholding|owned|"
    r"equity|voting|cut to|hike|duty|levy|pay|share of|unemployment|inflation|approval|support)(?![a-z])"
)
_NO_OBJECT = re.compile(
    r"\s*(?:$|[^\w\s]|(?:in|this|since|over|on|from|after|to|last|year|and|so|within|during|amid|as|while|by|at|following|"
    r"again|today|but|before|"
    r"with|for|than|or|early|intraday|that|when|its value|their value|the past|the last|against|off|year-to-date)(?![a-z]))"
)
_AFTER_RECORD = re.compile(
    r"[^\S\n]*(?:$|\n|[^\w\s$€£¥]|[$€£¥]?[\d.,]+(?![\d.,]| ?(?:million|billion|trillion|bn|mn|crore|%|percent|per cent))|"
    r"(?:on|in|as|after|for|above|at|amid|this|of|to|and|or|by|with|while|since|ahead|over|from|near|but|before|despite|"
    r"following|"
    r"when|thanks|late|early|last|again|today|yesterday|earlier|the|even|level|levels|territory|price|prices|close|closes|"
    r"closing|finish|high|highs|run|"
    r"rally|then|during|versus|against|below|under|past|because|until|so|that|which|is|was|has|intraday|every|each|too|if|"
    r"helped|"
    rf"{_WEEKDAY}|{_MONTH}|week|[a-z]{{2,}}(?:s|ed|ing))(?![a-z]))"
)
_LOOK_BACK = 24


def modifies(folded: str, say: tuple[int, int]) -> bool:
    """Whether "record" only says which ("a record crop"), so that nothing reached one."""
    return folded[say[1] - 6 : say[1]] == "record" and _AFTER_RECORD.match(folded, say[1]) is None


def stands_alone(folded: str, say: tuple[int, int]) -> bool:
    """Whether "doubled" has no object (doubled tariffs)."""
    return not folded[say[0] : say[1]].startswith("doubl") or _NO_OBJECT.match(folded, say[1]) is not None


def belongs(folded: str, say: tuple[int, int], figure: tuple[int, int]) -> bool:
    """Whether the figure says how far what `say` names went."""
    if "point" in folded[figure[0] : figure[1]] or _OWNED_AFTER.match(folded, figure[1]):
        return False
    if figure[0] >= say[1]:
        between = folded[say[1] : figure[0]]
        if between.startswith(" to ") and folded[say[0] : say[1]] in ("up", "down"):
            return False
        return _BETWEEN.fullmatch(between) is not None
    between = folded[figure[1] : say[0]]
    return _FIGURE_FIRST.fullmatch(between) is not None and not _LEVEL_BEFORE.search(
        folded, max(0, figure[0] - _LOOK_BACK), figure[0]
    )
