"""Products that a company launches: the quoted or capitalised names behind the words that say so, each a fact of its own.

"its Doubao 1.8 model and Seedance 1.5 pro" are two products; a unit's launch is its owner's ("ByteDance's Volcano Engine").
Guarantee: each product is a place in the clause, told by quotes, by a figure in its name or by a noun that products have; where
there is none, there is no fact. It must not decide whether anything was launched.
"""

import re
from collections.abc import Iterator

from service.events.english_words import NATIONS
from service.events.facts import Fact, Found, mention_of
from service.events.reading import Mention
from service.model.span import Span

_NOUNS = (
    r"(?:models?|LLMs?|architectures?|chips?|chipsets?|processors?|GPUs?|CPUs?|NPUs?|accelerators?|phones?|smartphones?|handsets?|tablets?|laptops?|"
    r"notebooks?|glasses|headsets?|headphones|earbuds|earphones|watch(?:es)?|smartwatch(?:es)?|consoles?|robots?|humanoids?|cars?|SUVs?|sedans?|"
    r"EVs?|trucks?|vans?|motorcycles?|scooters?|bikes?|drones?|cameras?|lens|TVs?|speakers?|routers?|servers?|platforms?|apps?|application|software|"
    r"operating system|OS|agents?|assistants?|chatbots?|tools?|toolkits?|suites?|SDK|API|browsers?|search engine|wallets?|stablecoins?|"
    r"service|services|subscription|games?|drugs?|vaccines?|therapy|devices?|solutions?|systems?|engine|editions?|series|lineup|line-up|"
    r"chains?|features?|modules?|sensors?|storage|memory|SSDs?|printers?|machines?|consol|gadgets?|pencil|keyboard|PCs?|appliances?|products?)"
)
_PROPER = r"(?:[A-Z][\w+’'-]*(?:\.\d+\w*)?|[a-z]{1,2}[A-Z0-9][\w+-]*)"
_PART = rf"(?:{_PROPER}|\d+(?:\.\d+)*[A-Za-z+]*(?![\w%])|pro|max|mini|plus|ultra|lite|air)(?![\w’'])"
_LEAD = (
    r"(?:\s*(?:(?!in |on |at |for |to |of |by |with |from |after |against |that |and |as |into |over |since |when |while |but |early |later |"
    r"last |next |this |earlier |despite |its (?:first|second|third|fourth)[- ]quarter|ahead )[a-z][\w-]*|[A-Z]?[\w-]*-(?:powered|based|generation|level|driven)|"
    r"AI(?=\s[a-z])|First(?=\s)|New(?=\s)|Its(?=\s)|Latest(?=\s)|The(?=\s)|A(?=\s)|Next-Gen(?=\s))\s){0,6}?\s*"
)
_EN = re.compile(
    rf"(?P<lead>{_LEAD})(?:[\"“](?P<quoted>[^\"“”]{{2,40}}?)[,.]?[\"”]|(?P<name>{_PROPER}(?:\s{_PART}){{0,5}}))"
    rf"(?P<tail>(?:\s(?!and |or |for |in |on |at |to |with |that |as )[\w-]+){{0,2}}?\s(?i:{_NOUNS})(?!\w))?"
)
_NEXT = re.compile(r"(?:,? and|,|,? as well as|/) (?=[^,]{2,60})")
_MODEL = re.compile(r"\d|\s(?:pro|max|mini|plus|ultra|lite)$", re.IGNORECASE)
_LAST_NOUN = re.compile(rf"\s(?i:{_NOUNS})$")
_NEVER = re.compile(
    r"(?i)(?:^|\s)(?:(?:jan|febr)uary|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"ipo|etfs?|funds?|bonds?|notes|offering|report|reports|results|earnings|10-[kq]|8-k|form|index|indices|q[1-4]|fy\d+|coverage|review|plan|plans|probe|"
    r"investigation|lawsuit|campaign|strikes?|attacks?|operation|missiles?|tariffs?|program|programme|initiative|bid|offer|tender|data|statement|"
    r"survey|study|budget|bill|act|law|policy|round|guidance|forecast|outlook|buyback|presentation|video|trailer|season|satellites?|rockets?|"
    r"spacecraft|mission|stake|shares|podcast|newsletter|album|film|movie|center|centre|store|stores|division|fellowship|award|awards|conference|"
    r"roadmap|strategy|price target|\d{4}|covid-19|credit suisse|million|billion|pack|patch|dividend|portfolio|facility|plant|factory)(?:\s|$)"
)
_ISSUER = re.compile(
    r"(?i)\b(?:government|ministry|commission|department|bureau|agency|administration|police|court|university|senate|congress|parliament|fed|"
    r"federal reserve|central bank|white house|president|minister|pentagon|nato|nasa|army|navy|police|council|association|institute|exchange|"
    r"index|indices|trump|biden|prosecutors|regulators?|union|foundation|authority|board|analysts?|index|etf|research|securities|street)\b"
    r"|证券|交易所|委员会|管理局|政府|部门|商务部|工信部|统计局|央行|银行业|协会|大学|研究院|法院|检察|气象|指数|外交部|总局|财政部|公安|"
    r"国务院|海关|省|市$|市场监管|发改委|联合会|机构|专家|媒体|记者|学会|联盟|集邦|中心$|人民|新华社|报告|平台$|基金$|交易中心|国家|当局|央视"
)
_OWNER = re.compile(r"(?P<owner>[A-Z][\w&.-]*(?: [A-Z][\w&.-]*){0,2})['’]s (?:[a-z]+ )?$")
_CITIES = re.compile(
    r"^(?:London|Paris|Tokyo|Seoul|Shenzhen|Beijing|Shanghai|Hangzhou|Guangzhou|Silicon Valley|Wall Street|New York|Berlin|Munich|Boston|Today|"
    r"Texas|California|Detroit|Dubai|Mumbai|Bengaluru|Taipei|Monday|Tuesday|Wednesday|Thursday|Friday|Sweden|Finland|Switzerland|Israel)$"
)

_ZH_NOUNS = (
    r"大?模型|芯片|处理器|显卡|GPU|CPU|架构|手机|平板|笔记本|电脑|眼镜|头显|耳机|手表|手环|机器人|智能体|新车|轿车|SUV|车型|跑车|汽车|皮卡|无人机|相机|"
    r"电视|音箱|路由器|服务器|超节点|系统|软件|应用|APP|App|助手|浏览器|引擎|工具|插件|新品|产品|系列|游戏|手游|新药|疫苗|一体机|主板|内存|硬盘|"
    r"SSD|HBM|光模块|交换机|电池|传感器|激光雷达|打印机|游戏机|操作系统|开发板|套件|平台|组件|版|框架|功能|方案|PC|旗舰"
)
_ZH = re.compile(
    r"(?P<lead>[^,。;:“”\"「」《》()、A-Za-z\d]{0,18}(?:AI|3D|5G|6G|GPU|CPU|AR|VR|AI PC)?[^,。;:“”\"「」《》()、A-Za-z\d]{0,12})"
    r"(?:[“\"「](?P<quoted>[^”\"」]{2,20})[”\"」]|(?P<name>[A-Za-z][\w.+-]*(?:[ ·]?[A-Za-z0-9][\w.+-]*){0,4}))(?P<tail>[^,。;:、\s]{0,10})",
    re.ASCII,
)
_ZH_NOUN = re.compile(_ZH_NOUNS)
_ZH_NEVER = re.compile(
    r"公告|报告|研报|财报|年报|季报|业绩|预警|通知|数据|声明|意见|指数|ETF|基金|债|规划|办法|规定|白皮书|视频|预测|调查|消息|政策|措施|计划|倡议|"
    r"会议|会上|名单|榜|预案|新闻|通报|信息|文章|指引|标准|方案的|警告|草案|公报|财年|策略|服务价|涨价|函|招聘|推文|帖|论文|首日|市值|大会|"
    r"快报|简报|播客|纲要|路线图|提示|预告|点评|细则|清单|股票|权证|期货|合约|期权|汇率|房|楼盘|优惠|补贴|关税|新规|资管|理财|信托|保险|贷款|按揭|战略"
)
_GENERIC = re.compile(r"^(?:AI|A|AR|VR|XR|GPU|CPU|NPU|PC|APP|App|IPO|CEO|ETF|LED|OLED|DRAM|NAND|HBM|SSD|PCB|CPO|SUV|MPV|EV|5G|6G|3D|API|Token|tokens?|IP|KOL|ESG|REITs?|Q[1-4]|H[12]|A\+H)$")
_ZH_NEXT = re.compile(r"(?:、|和|以及|及|与)(?=[“\"A-Za-z])")


def launches(found: Found) -> list[Fact]:
    """One fact for each product."""
    maker = _maker(found)
    if _ISSUER.search(maker.text):
        return []
    products = _english(found) if found.language == "en" else _chinese(found)
    document = found.reading.document
    return [Fact(maker, {"product": span.of(document)}) for span in products if span.of(document) != maker.text]


def _maker(found: Found) -> Mention:
    """The owner of the unit that the text names: ByteDance of "ByteDance's Volcano Engine"; countries and cities own none."""
    mention = found.mention
    if found.language != "en" or mention.span is None:
        return mention
    match = _OWNER.search(found.reading.document, max(found.sentence.start, mention.span.start - 60), mention.span.start)
    if match is None or NATIONS.match(match["owner"]) or _CITIES.match(match["owner"]):
        return mention
    return mention_of(found.reading, *match.span("owner"))


def _english(found: Found) -> Iterator[Span]:
    document, position, first = found.reading.document, found.say.end, True
    while match := _EN.match(document, position, found.clause.end):
        group = "quoted" if match["quoted"] else "name"
        start, end = _without_noun(match[group], *match.span(group))
        if _NEVER.search(document[start:end] + " " + _word_after(document, match.end())) or _NEVER.search(match["tail"] or ""):
            return
        named = document[start:end]
        if not (match["quoted"] or match["tail"] or end < match.end(group) or _MODEL.search(named)):
            return
        if match["quoted"] and first and not match["tail"] and not match["lead"].strip():
            return
        yield Span(start, end)
        following = _NEXT.match(document, match.end(), found.clause.end)
        if following is None:
            return
        position, first = following.end(), False


def _without_noun(text: str, start: int, end: int) -> tuple[int, int]:
    """ "Doubao 1.8 Model" is the model Doubao 1.8; "AI Glasses" stays whole."""
    noun = _LAST_NOUN.search(text)
    keep = noun is None or not _MODEL.search(text[: noun.start()])
    return (start, end) if keep or noun is None else (start, start + noun.start())


def _word_after(document: str, position: int) -> str:
    return document[position : position + 20].split(",")[0].split(".")[0].strip().partition(" ")[0]


def _chinese(found: Found) -> Iterator[Span]:
    document, position = found.reading.document, found.say.end
    lead = ""
    while match := _ZH.match(document, position, found.clause.end):
        group = "quoted" if match["quoted"] else "name"
        lead, words = lead or match["lead"], lead + match["lead"] + match["tail"]
        if _ZH_NEVER.search(words) or _ZH_NEVER.search(match[group]) or _GENERIC.match(match[group]):
            return
        if not _ZH_NOUN.search(words) and not (match["name"] and re.search(r"\d", match["name"])):
            return
        yield Span(*match.span(group))
        following = _ZH_NEXT.search(document, match.end(group), min(found.clause.end, match.end(group) + 12))
        if following is None:
            return
        position = following.end()
