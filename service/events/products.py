"""Names of products behind the words that bring them out: quoted, with a figure in them, or beside a noun that products have.

"its Doubao 1.8 model and Seedance 1.5 pro" are two, 新一代基座大模型Zorb4.2 is one. Guarantee: every span lies between the
words and the end of the clause. It must not know who made them.
"""

import re
from collections.abc import Iterator

from service.events.facts import Found
from service.model.span import Span


def _any(words: str) -> str:
    return "|".join(words.split())


_NOUNS = _any(
    """
    models? LLMs? architectures? chips? chipsets? processors? GPUs? CPUs? NPUs? accelerators? phones? smartphones? handsets?
    tablets? laptops? notebooks? glasses headsets? headphones earbuds earphones watch(?:es)? smartwatch(?:es)? consoles?
    robots? humanoids? cars? SUVs? sedans? EVs? trucks? motorcycles? scooters? bikes? drones? cameras? TVs? speakers?
    routers? servers? platforms? apps? application software OS agents? assistants? chatbots? tools? toolkits? suites? SDK
    browsers? wallets? stablecoins? service services subscription games? drugs? vaccines? therapy devices? solutions?
    systems? engine editions? series lineup line-up features? modules? sensors? storage SSDs? printers? machines? gadgets?
    PCs? appliances? products?
    """
)
_PROPER = r"(?:[A-Z][\w+’'-]*(?:\.\d+\w*)?|[a-z]{1,2}[A-Z0-9][\w+-]*)"
_PART = (
    rf"(?:(?!(?:With|For|In|At|On|And|To|As|By|From|That|Of|After|Amid|While)\s){_PROPER}|\d+(?:\.\d+)*[A-Za-z+]*(?![\w%])"
    r"|pro|max|mini|plus|ultra|lite|air)(?![\w’'])"
)
_STOPS = _any(
    """
    in on at for to of by with from after against that and as into over since when while but early later last next this
    earlier despite ahead
    """
)
_LEAD = rf"(?:\s(?!(?:{_STOPS})\s)(?:[a-z][\w-]*|AI(?=\s[a-z])|(?:First|New|Its|Latest|The|A|An|Next-Gen)(?=\s)))" + r"{0,6}?\s"
_ENGLISH = re.compile(
    rf"(?P<lead>{_LEAD})(?:[\"“](?P<quoted>[^\"“”]{{2,40}}?)[,.]?[\"”]|(?P<name>{_PROPER}(?:\s{_PART}){{0,5}}))"
    rf"(?P<tail>(?:\s(?!(?:and|or|{_STOPS})\s)[\w-]+){{0,2}}?\s(?i:{_NOUNS})(?!\w))?"
)
_AND = re.compile(r"(?:,? and|,|,? as well as|/)(?= [^,]{2,60})")
_FIGURED = re.compile(r"\d|\s(?:pro|max|mini|plus|ultra|lite)$", re.IGNORECASE)
_LAST_NOUN = re.compile(rf"\s(?i:{_NOUNS})$")
_NO_PRODUCT = re.compile(
    r"(?i)(?:^|\s)(?:(?:jan|febr)uary|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|"
    r"wednes|thurs|fri|satur|sun)day|"
    r"ipo|etfs?|funds?|bonds?|notes|offering|reports?|results|earnings|10-[kq]|8-k|form|index|indices|q[1-4]|fy\d+|coverage|"
    r"review|plans?|probe|"
    r"investigation|lawsuit|campaign|strikes?|attacks?|operation|missiles?|tariffs?|program|programme|initiative|bid|offer|"
    r"tender|data|statement|"
    r"survey|study|budget|bill|act|law|policy|round|guidance|forecast|outlook|buyback|presentation|video|trailer|season|"
    r"satellites?|rockets?|"
    r"spacecraft|mission|stake|shares|podcast|newsletter|album|film|movie|center|centre|stores?|division|fellowship|awards?|"
    r"conference|"
    r"roadmap|strategy|price target|\d{4}|covid-19|million|billion|patch|dividend|portfolio|facility|plant|factory)(?:\s|$)"
)
_NO_NAME = re.compile(
    r"(?:AI|USD|EUR|BI|EVs?|US|UK|EU|API|SaaS|Web3?|DeFi|NFTs?|LLMs?|GPUs?|IT|IoT|5G|VR|AR|XR|Chinese|American|European|"
    r"Indian|Japanese|English|"
    r".*-(?:[Nn]ative|[Pp]owered|[Bb]ased|[Dd]riven|[Rr]elated)|.*['’]s|AI Models?|AI Tools?|New|First|Global)$"
)

_ZH_NOUNS = _any(
    """
    大?模型 芯片 处理器 显卡 GPU CPU 架构 手机 平板 笔记本 电脑 眼镜 头显 耳机 手表 手环 机器人 智能体 新车 轿车 SUV 车型
    跑车 皮卡 无人机 相机 电视 音箱 路由器 服务器 超节点 系统 软件 应用 APP App 助手 浏览器 引擎 工具 插件 新品 产品 系列
    游戏 手游 新药 疫苗 一体机 主板 内存 硬盘 SSD HBM 光模块 交换机 电池 传感器 激光雷达 打印机 操作系统 开发板 套件 平台
    组件 版 框架 功能 方案 PC 旗舰
    """
)
_CHINESE = re.compile(
    r"(?P<lead>[^,，。;；:：“”\"「」《》()（）、A-Za-z\d]{0,18}(?:(?:AI|3D|5G|6G|GPU|CPU|AR|"
    r"VR)[^,，。;；:：“”\"「」《》()（）、A-Za-z\d]{1,12})?)"
    r"(?:[“\"「](?P<quoted>[^”\"」]{2,20})[”\"」]|"
    r"(?P<name>[A-Za-z][\w.+-]*(?:[ ·]?[A-Za-z0-9][\w.+-]*){0,4}))(?P<tail>[^,，。;；:：、\s]{0,10})",
    re.ASCII,
)
_ZH_NOUN = re.compile(_ZH_NOUNS)
_ZH_NO_PRODUCT = re.compile(
    r"公告|报告|研报|财报|年报|季报|业绩|预警|通知|数据|声明|意见|指数|ETF|基金|债|规划|办法|规定|白皮书|视频|预测|调查|消息|"
    r"政策|措施|计划|倡议|"
    r"会议|会上|名单|榜|预案|新闻|通报|信息|文章|指引|标准|方案的|警告|草案|公报|财年|策略|服务价|涨价|函|招聘|推文|帖|论文|"
    r"首日|市值|大会|"
    r"快报|简报|播客|纲要|路线图|提示|预告|点评|细则|清单|股票|权证|期货|合约|期权|汇率|房|楼盘|优惠|补贴|关税|新规|资管|"
    r"理财|信托|保险|贷款|按揭|战略"
)
_ZH_ANOTHERS = re.compile(r"基于|面向|适用|搭载|支持|接入|兼容|采用|达到|适配|用于|专为|针对|取代|系统的|平台的")
"""Before a name these say that it is the name of something else."""
_ZH_AFTERWARDS = re.compile(r"[^,，。;；]{0,12}(?:之前|以前|以后|之后|后|时)$|[^,，。;；]{0,6}的(?:消息|传闻|计划|可能)")
_ZH_NAMED = re.compile(rf"(?:{_ZH_NOUNS})[-—]*$")
_ZH_NAMED_AFTER = re.compile(r"大?模型|芯片|机器人|智能体|操作系统|架构|眼镜|手机|一体机|框架")
_NO_NAMES = _any(
    """
    AI A AR VR XR GPU CPU NPU PC APP App IPO CEO ETF LED OLED DRAM NAND HBM SSD PCB CPO SUV MPV EV API Token Agent Windows
    SoC tokens? IP ESG
    """
)
_ZH_NO_NAME = re.compile(rf"(?:{_NO_NAMES})$")
_ZH_AND = re.compile(r"(?:、|和|以及|及|与)(?=[“\"A-Za-z])")
_ZH_AND_WITHIN = 12


def english(found: Found) -> Iterator[Span]:
    """The products that an English clause names; the first words that are none end the list."""
    document, position = found.reading.document, found.say.end
    while match := _ENGLISH.match(document, position, found.clause.end):
        group = "quoted" if match["quoted"] else "name"
        start, end = _without_noun(match[group], match.start(group))
        named = document[start:end]
        follows = document[match.end() : match.end() + 20].partition(",")[0].partition(".")[0].strip().partition(" ")[0]
        if _NO_PRODUCT.search(f"{named} {follows}") or _NO_PRODUCT.search(match["tail"] or "") or _NO_NAME.match(named):
            return
        if not (match["tail"] or end < match.end(group) or _FIGURED.search(named) or (match["quoted"] and match["lead"].strip())):
            return
        yield Span(start, end)
        joined = _AND.match(document, match.end(), found.clause.end)
        if joined is None:
            return
        position = joined.end()


def _without_noun(text: str, start: int) -> tuple[int, int]:
    """ "Doubao 1.8 Model" is the model Doubao 1.8; "AI Glasses" stays whole."""
    while (noun := _LAST_NOUN.search(text)) and _FIGURED.search(text[: noun.start()]):
        text = text[: noun.start()]
    return start, start + len(text)


def chinese(found: Found) -> Iterator[Span]:
    """The products that a Chinese clause names."""
    document, position = found.reading.document, found.say.end
    lead = ""
    while match := _CHINESE.match(document, position, found.clause.end):
        group = "quoted" if match["quoted"] else "name"
        lead = lead or match["lead"]
        if not _is_product(lead, match, match[group]) or _ZH_AFTERWARDS.match(document, match.end(group), found.clause.end):
            return
        yield Span(*match.span(group))
        joined = _ZH_AND.search(document, match.end(group), min(found.clause.end, match.end(group) + _ZH_AND_WITHIN))
        if joined is None:
            return
        position = joined.end()


def _is_product(lead: str, match: re.Match[str], named: str) -> bool:
    """By a noun that products have beside the name, or by a figure in a Latin name."""
    words = f"{lead} {match['lead']} {match['tail']}"
    if _ZH_NO_PRODUCT.search(words) or _ZH_NO_PRODUCT.search(named) or _ZH_ANOTHERS.search(words) or _ZH_NO_NAME.match(named):
        return False
    if match["quoted"]:
        return bool(_ZH_NAMED.search(lead) or _ZH_NAMED_AFTER.match(match["tail"]))
    return bool(_ZH_NOUN.search(words) or any(character.isdigit() for character in named))
