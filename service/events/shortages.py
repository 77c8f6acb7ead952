"""Shortages: which good is short, who says so and until when.

The good is a common noun more often than a name, so it is looked for here: "shortage of X", "X shortage", "X in short supply",
"X may face shortages". People, money and homes are short in another sense. Guarantee: the good is a place in the clause; where
none is named there is no fact. It must not decide whether the shortage is there or forecast: the vocabulary says so.
"""

import re

from service.events.facts import Fact, Found, mention_of
from service.events.houses import house_saying
from service.model.event import FieldValue
from service.model.span import Span

_WORD = r"[\w&+’'-]+"
_OF = re.compile(rf"\sof\s(?P<good>(?:{_WORD}\s){{0,3}}{_WORD})")
_LEADING = re.compile(
    r"^(?:(?:the|a|an|its|their|some|any|these|those|of|in|for|by|to|that|and|or|as|ongoing|potential|possible|looming|"
    r"growing|global|world|"
    r"worldwide|domestic|severe|acute|critical|lingering|persistent|worsening|chronic|serious|major|widespread|continued|"
    r"continuing|"
    r"expected|current|recent|national|new|significant|more|most|many|certain|about|nearly|tight|massive|structural|"
    r"deepening|prolonged|"
    r"over|amid|due|despite|because|from|with|on|about|address|addressing|fix|solve|ease|face|faces|facing|faced|cause|"
    r"caused|causing|"
    r"causes|create|creates|created|creating|see|sees|seen|saw|hit|drive|drives|driven|driving|warn|warns|warned|warning|"
    r"says|said|say|"
    r"predicts|predict|predicted|forecasts|expects|expect|sees|estimates|estimate|notes|believes|means|suffer|suffers|suffered|"
    r"exacerbate|exacerbates|exacerbated|fears?|tackle|trigger|triggers|triggered|spark|sparks|sparked|blames?|how|why|when|"
    r"is|are|was|"
    r"were|will|could|may|might|would|this|long|years?-long|memory crunch|us|u\.s\.|uk|european|chinese|asian|\d[\d,.]*|"
    r"us-wide)\s+)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:(?:^|\s+)(?:supply|supplies|market|markets|are|is|was|were|be|been|being|remain|remains|remained|will|would|may|"
    r"might|could|can|to|"
    r"likely|still|also|now|soon|currently|face|faces|facing|faced|see|sees|suffer|suffers|experience|experiences|run into|"
    r"enter|have|has|had|a|an|"
    r"the|potential|possible|major|severe|serious|acute|looming|more|further|critical|global|worsening|new|ongoing|already|"
    r"increasingly|continue|continues|expected|set|significant|persistent))+$",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"^.*(?<![\w-])(?:that|said|says|say|warn|warns|warned|predict|predicts|predicted|forecast|forecasts|expect|expects|"
    r"expected|sees|because|of|due to|amid|with|by|from|"
    r"for|in|on|as|and|a|an|the|its|their|to|why|how|mean|means|causing|caused|causes|driving|cost|costs|faces?|facing|than|"
    r"believes|notes|"
    r"estimates|despite|over|at|solve|address|fix|suffers?)\s+(?=\S)",
    re.IGNORECASE,
)
_REACH = 90
_FACES = re.compile(
    r"(?i)\s(?:fac(?:e|es|ing|ed)|suffers?|experienc(?:e|es|ing)|enters?|run into|sees?)\s(?:(?:a|an|the|potential|possible|"
    r"major|severe|serious|acute|looming|more|"
    r"further|critical|global|worsening|new|supply)\s)*$"
)
_COMPOUND = re.compile(
    r"(?P<good>(?:(?<![\w-])(?:natural|aviation|jet|memory|power|auto|rare|iron|crude|AI|silver|copper|advanced|raw|sour|"
    r"Natural|Aviation|Memory|Jet)\s)?[A-Za-z][\w+-]{2,})\s(?:[Ss]upply\s)?$"
)
_NO_NOUN = re.compile(
    r"(?i)^(?:about|worries|fears|concerns|\w+(?:ing|ous|ive|ical|able|ible|ful|less|ent|ute|ish)|as|amid|the|and|for|due|"
    r"with|from|over|severe|acute|global|massive|major|chronic|new|potential|of|to|this|that|"
    r"supply|its|their|any|national|local|widespread|big|current|such|domestic|regional|market|more|worst|huge|tight|"
    r"u\.?s\.?|expected|led|has|have|are|is|in|on|by|"
    r"forecast|suffer|recent|structural|crisis|a|an|worldwide|sharp|dire)$"
)
_HORIZON = re.compile(
    r"(?:with)?in (?:the )?(?:next |coming )?(?:\d+|one|two|three|four|five|ten|several|a few|few) (?:to (?:\w+) )?(?:days|"
    r"weeks|months|years|quarters?)"
    r"|(?:over|for|in) the (?:next|coming) (?:\w+ )?(?:weeks|months|years|quarters?|decade|year)|(?:next|this|"
    r"later this) (?:year|quarter|month|winter|summer)"
    r"|(?:until|through|into|by|beyond|in|till) (?:the end of |late |early |mid-|at least |mid )?20\d\d|for (?:months|years|"
    r"weeks)"
    r"|(?:未来|今后)[一二两三四五六七八九十\d几数]+(?:至[一二三四五\d]+)?(?:年|个月|个季度)|(?:至少)?(?:持续|延续|延|"
    r"维持)?(?:至|到)20\d\d年(?:底|末|初|上半年|下半年|前)?"
    r"|[一二两三四五六七八九十\d]+年内|今年(?:底|年底|下半年|第?[一二三四]季度)?|明年(?:底|年底|下半年|上半年)?|年内|下半年|"
    r"未来数年|未来几年"
)
_NO_GOOD = re.compile(
    r"(?i)(?<![a-z])(?:labou?r|workers?|work-?force|staff|staffing|talents?|skills?|skilled|housing|homes?|apartments?|"
    r"dollars?|cash|funding|funds?|liquidity|"
    r"blood|teachers?|nurses?|doctors?|physicians?|cops?|police|officers?|reserves|currency|personnel|manpower|drivers?|"
    r"pilots?|time|money|stores?|"
    r"foreign|crews?|controllers|judges?|water|food|ammunition|volunteers?|engineers?|people|capital|caregivers?|employees?|"
    r"jobs?|ideas?|"
    r"it|they|this|that|there|them|these|which|what|supply|supplies|competition|candidates|beds?|land|evidence|buyers|"
    r"sellers|hiring|technicians)(?![a-z])"
    r"|^(?:对?部分|高端|[\d./]+|商品|原材料|原料|供应商|产品|核心原材料|上游原材料|材料|货源|外盘货源|主材|零部件|上游|下游|"
    r"型号|规格|主要规格|行业龙头|关键|自身|市场|行业|电力市场)$"
    r"|出现|面临|导致|进入|转向|反映|可能|应对|开卖|上涨|涨价|暴涨|战事|经常|更大|约\d|以来|型号|高端产品|额度|万吨|预计|"
    r"料将|等关键|等核心|概率|涨|\+$"
    r"|资金|人才|劳动力|劳工|人手|员工|流动性|岗位|外汇|弹药|援助|住房|医生|教师|司机|技能|资本|现金|债务|信用|人力|用工|"
    r"粮食|血|耐心|数据$|公司|我们|"
    r"他们|行业$|业务|订单|企业|这|该|资源$|问题|原因"
)
_METALS = frozenset("铜铝锌镍锡铅金银钨钴锂钯铂")
_ZH_BEFORE = re.compile(r"[\w+/().\-]{2,40}$")
_ZH_CUT = re.compile(
    r"^.*(?:由于|因为|因|受|预计|预期|预测|目前|当前|随着|导致|造成|表示|认为|指出|称|显示|是|为|在|但|而|且|今年|明年|全球|"
    r"国内|面对|应对|以及|缓解|"
    r"波及|转向|引发|加剧|年|季度|月|日起|叠加|尤其|未来|受益于|已|会|持续|仍|依然|继续|带动|解决|弥补|本次|同时|当时|基于|"
    r"以来|短期内|进入|目前看|看(?=算)|存在|与|及|和|不再|的)(?=\S\S|[铜铝锌镍锡铅金银钨钴锂钯铂]$)"
)
_ZH_TRAILING = re.compile(
    r"(?:仍然|市场|产品|供应|供给|供需|需求|的|或|将|仍|持续|依然|目前|面临|出现|存在|普遍|明显|严重|日趋|依旧|可能|有望|会|"
    r"也|已|均|同样|呈现|处于|陷入|预计|全面|"
    r"长期|短期|近期|正|等|或现|现|产能|一直|非常|十分|极度|较为|相对|结构性|原料|或将|还是|进一步|更加|最|弱|受|状态|都|"
    r"逐步|开始|继续|有所)+$"
)


def shortages(found: Found) -> list[Fact]:
    """The good with source and horizon."""
    good = _chinese(found) if found.language == "zh" else _english(found)
    if good is None:
        return []
    mention = mention_of(found.reading, *good)
    if mention.span is None or _NO_GOOD.search(mention.span.of(found.reading.folded)):
        return []
    fields: dict[str, FieldValue] = {}
    source = house_saying(found)
    if source is not None and source.of(found.reading.document) not in mention.text:
        fields["source"] = source.of(found.reading.document)
    horizon = _HORIZON.search(found.reading.folded, found.clause.start, found.clause.end)
    if horizon:
        fields["horizon"] = Span(*horizon.span()).of(found.reading.document)
    return [Fact(mention, fields)]


def _english(found: Found) -> Span | None:
    document, say = found.reading.document, found.say.of(found.reading.folded)
    follows = _OF.match(document, found.say.end, found.clause.end)
    if follows and not say.startswith("in "):
        return _stripped(document, *follows.span("good"), after=True)
    start = max(found.clause.start, found.say.start - _REACH)
    if say.startswith("in ") or _FACES.search(document, start, found.say.start):
        return _stripped(document, start, found.say.start, after=False)
    compound = _COMPOUND.search(document, found.clause.start, found.say.start)
    return None if compound is None or _NO_NOUN.search(compound["good"]) else Span(*compound.span("good"))


def _stripped(document: str, start: int, end: int, *, after: bool) -> Span | None:
    """Clear the good of what stands around it; it has at most three words."""
    text = document[start:end].rstrip()
    end = start + len(text)
    if after:
        stop = re.search(
            r"\s(?:in|on|at|for|to|by|and|that|which|is|are|was|were|as|from|this|has|have|will|could|may|after|amid|or|"
            r"due)(?=\s|$)",
            text,
        )
        end = start + stop.start() if stop else end
    else:
        trailing = _TRAILING.search(text)
        end = start + trailing.start() if trailing else end
        cut = _CUT.match(document[start:end])
        start += cut.end() if cut else 0
    leading = _LEADING.match(document[start:end])
    start += leading.end() if leading else 0
    words = document[start:end].split()
    if not words or len(words) > 3:
        return None
    return Span(start, end)


def _chinese(found: Found) -> Span | None:
    folded = found.reading.folded
    match = _ZH_BEFORE.search(folded, found.clause.start, found.say.start)
    if match is None:
        return None
    start, end = match.span()
    trailing = _ZH_TRAILING.search(folded[start:end])
    end = start + trailing.start() if trailing else end
    cut = _ZH_CUT.match(folded[start:end])
    start += cut.end() if cut else 0
    return Span(start, end) if 2 <= end - start <= 16 or folded[start:end] in _METALS else None
