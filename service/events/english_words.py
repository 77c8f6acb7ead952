"""Closed classes of English: what stands around a noun phrase and is none, and nouns that stand for something named before.

Data for service.events.english alone; open-class words (what asserts an event) are the vocabulary's.
"""

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


SKIP = _set(
    """
    was were is are has have had been be being also then now further all both each reportedly sharply briefly just
    still closed closing ended ending opened opening traded trading to it's again even already once later soon only
    recently collectively currently nearly about around roughly some by as much will would could may might should can
    must did do does not never no longer at up down more than so far finally set likely poised expected early late
    subsequently together respectively meanwhile well really said seen and or but sees saw hits intraday looks appears
    seems jumped rose rallied surged fell climbed settled settles finished finishes finish day trade trades trading settling
    roughly edges edged inches inched ticks ticked drifts drifted
    plans plan planning wants aims intends hopes preparing prepares considering seeks seeking agreed agrees decided
    """
)
HEADLINE_SKIP = _set(
    """
    ends ended closes closed opens opened settle settles settled finish finishes finished trades trading set likely poised
    all both each is are was were has have still just also now to unofficially officially sharply further said gets seen
    """
)
"""In headlines these come between whom it happened to and what happened, with a capital."""
HEADLINE_VERBS = _set(
    """
    continue continues restart restarts resume resumes defy defies signals
    weighs agrees gets says sees updates approves taps hires plans seeks eyes files raises mulls considers explores picks wins
    nears targets aims prepares launches prices delays pulls shelves postpones withdraws scraps slash slashes cuts lifts
    boosts sends drives drags warns reports posts beats misses falls rises jumps slides slips drops gains surges soars
    tumbles plunges climbs sinks extends snaps holds hits tops leads names appoints buys sells acquires unveils unveil
    wipes wipe sail sails lose stalls wavers halts
    weigh agree seek raise consider explore prepare launch delay hire strengthens weakens edges notches shows faces
    eases keeps makes takes puts said is are has have can could may might will would closes ends opens settles settle trades
    becomes
    see find face rise fall dip slide slip jump drop gain surge soar tumble plunge climb sink heads head leap leaps pop pops
    following having include includes announces completes expands rallies rally retreats rebounds doubles triples crosses
    draws attracts kicks confirms denies needs wants starts begins joins loses sheds adds reaches touches sets set
    """
)
OWNER_VERBS = HEADLINE_VERBS | _set(
    """
    cancel cut eye pursue prove target targeting planning weighing seeking plan pick prepare price file filing pricing address
    include join joining revive reviving halt pull scrap shelve postpone withdraw tap list raising raise launching hiring
    kick complete completes credentials ahead amid mull mulling eyeing preparing considering exploring pursuing
    """
)
"""Before an owner in a headline: Weighing Acme's IPO."""
MOVES = HEADLINE_VERBS | {"up", "down"}
NAME_PLURALS = _set(
    """
    holdings industries technologies pharmaceuticals therapeutics systems resources materials motors airlines brands foods
    energies
    partners properties labs laboratories sciences solutions services enterprises products stores metals minerals mines
    semiconductors instruments communications networks electronics investments securities bancshares jewellers cements tyres
    chemicals fertilizers petrochemicals refineries paints ports exports automobiles devices games studios platforms robotics
    logistics plastics dynamics hotels resorts parks futures stocks shares equities airways biosciences biologics diagnostics
    sports towers homes steels constructions bancorps aerospaces graphics analytics aluminums films mills works hills brothers
    """
)
"""Names end in these: no verbs, though they end in -s."""
LIGHT_VERBS = _set(
    """
    post posts posted posting notch notches notched record records recorded log logs logged see sees saw suffer
    suffers suffered enjoy enjoyed extend extends extended extending show shows showed make makes made marked with
    after despite on from for had has have
    """
)
HAVING = _set("wins won gets got receives received secures secured obtains obtained gains lands scores")
"""What comes between whom it happened to and a noun that says it: wins approval."""
VERBS = _set("stood was were is are has had rose fell came reached totaled totalled amounted")
"""After a comma they go on about the subject: no apposition begins with one."""
STOPS = _set(
    """
    with after before says said sees that while when where but than into over under amid despite like including such
    because if how why what who which versus vs against through between during since until upon from boosts lifts
    sends send drives drags helps makes pushes sending driving pushing lifting boosting dragging helping making keeps
    leaves puts gives takes shows led alongside plus without behind near above below is are was were have has had will
    reported reports report announced announces called calls claims boosted lifted sent drove dragged helped saying ipo ipos as
    this these those ahead
    """
)
SMALL_STOPS = _set("on in for to by at via vs than as if so")
"""Prepositions that headlines, too, write small: with a capital they may belong to a name (Via, On Holding)."""
CONNECTORS = _set("of and & the de la du von")
LOWER_NAMES = _set(
    """
    gold silver copper oil crude platinum palladium bitcoin ether ethereum stocks shares futures equities index gauge
    indices indexes
    benchmark aluminum aluminium nickel zinc tin iron ore wheat corn soybeans coffee cocoa sugar cotton gas brent
    natural pound dollar yen euro yuan rupee peso baht ringgit rupiah krona krone lira rand zloty forint franc shekel stock
    share ordinary common price spot
    """
)
PRICED = LOWER_NAMES | _set("the its their his a an and or as while after share stock market futures")
"""Prices of these are those of a security: spot prices, its share price; all others (ticket prices, selling prices) are none."""
PARTS = _set("unit arm subsidiary division affiliate business")
"""Shares of the EV unit of Acme are not Acme's."""
VENUES = _set("exchange bourse nasdaq nyse")
DETERMINERS = _set("the its their his this that ,")
ARTICLES = _set("a an another")
OPENERS = _set(
    """
    further additionally similarly likewise finally lastly meanwhile however moreover furthermore
    elsewhere still but and also overnight earlier separately notably here there
    """
)
ADVERBIAL = _set("in on at after during since amid following by")
WHERE = _set("in at from of across within among against for through on into")
"""What comes after one of these says where or whose, not who, unless shares come before it."""
SHARE_NOUNS = _set(
    """
    share shares stock stocks price prices adr adrs adss units value futures likes contracts contract securities shareholders
    gains losses gainers losers decliners advancers debut maker owner parent operator drop fall rise jump gain surge
    """
)
LEAD_IN = _set("the a an its their his of by for from in to")
ECONOMIC = _set("price prices sentiment confidence managers production cost activity inflation expectations conditions")
"""An index of these is no instrument."""
SHARES_OF_THE = [[noun, of, "the"] for noun in ("shares", "stock") for of in ("of", "in")]
OWNING = _set("its their his")
OTHERS = _set("others more peers rivals other holders investors shareholders backers owners")
NOBODY = _set(
    """
    m&a r&d p&l indices indexes stocks equities investors traders markets market everyone billion million trillion bln mln
    crore lakh
    """
)
"""Words with a capital at the start of a sentence that name nobody in particular."""
SOURCES = _set("reuters bloomberg cnbc wsj marketwatch afp ap coindesk")
"""Who reports is not who it is about."""
ANAPHORS = _set(
    """
    it its they he she which who shares stock share price prices the company firm this that group maker bank startup
    retailer carmaker lender chipmaker drugmaker index gauge benchmark futures name move one measure gains losses here
    there we you i what prices trading everything anyone nobody he's it's
    """
)
COMPANY_NOUNS = _set(
    """
    company firm maker group bank startup retailer carmaker automaker lender chipmaker drugmaker giant insurer airline
    carrier developer manufacturer brand chain operator producer miner conglomerate fintech platform business unit
    player business titan behemoth supplier provider utility broker brokerage
    """
)
NATIONS = re.compile(
    r"^(?:the )?(?:u\.?s\.?|u\.?k\.?|asian?|european?|chinese|china|japanese|japan|indian?|korean|south korean?|global|world|"
    r"emerging|german|french|british|hong kong|mainland|taiwan(?:ese)?|australian?|canadian|brazilian|latin american|swedish|"
    r"swiss|dutch|danish|norwegian|finnish|spanish|italian|russian|israeli|turkish|argentine|mexican|thai|indonesian|"
    r"vietnamese|vietnam|indonesia|thailand|new zealand|philippines|pakistani?|sri lankan?|nigerian?|egyptian?|colombian|"
    r"chilean|peruvian|hungarian|czech|romanian|austrian?|belgian|belgium|portuguese|portugal|spain|italy|sweden|norway|"
    r"denmark|finland|russia|brazil|mexico|turkey|poland|greece|ireland|netherlands|qatari?|kuwaiti?|dubai|"
    r"saudi|gulf|american|america|europe|asia|germany|france|britain|korea|singapore|malaysian?|philippine|polish|greek|"
    r"irish)$",
    re.IGNORECASE,
)
REGIONS = re.compile(
    NATIONS.pattern[:-1]
    + r"(?:['’]s)?(?: (?:[\w]+-cap|tech|technology|banks?|banking|chip|property|auto|energy|steel|mining|oil|ev|internet|biotech|"
    r"defen[cs]e|consumer|health-?care|pharma|software|semiconductor|ai|growth|value|blue-chip|airline|luxury|retail|insurance|"
    r"financial|solar|stock|listed|telecom|industrial|miners?))? (?:shares|stocks|equities)$|^(?:the )?(?:tech|technology|"
    r"chip|bank|banking|energy|mining|"
    r"small-cap|"
    r"large-cap|semiconductor|megacap|defen[cs]e|pan-european|regional|wall street|a-share|h-share) (?:shares|stocks|"
    r"equities)$",
    re.IGNORECASE,
)
_WHEN = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|yesterday|premarket|pre-market|after-hours|afterhours|"
    r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d{1,2})"
)
_SPELL = r"(?:trading|trade|session|morning|afternoon|hours|week|month|year|quarter|days?|weeks|months|late|early)"
TIME_TAIL = re.compile(
    rf"(?:^|(?<=[\s,]))(?:(?:(?:on|in|at|by|during|for|over|through|since|from|this|last|late|early) (?:(?:the|its|their|a|"
    rf"an) )?"
    rf"(?:[a-z0-9.'-]+ ){{0,3}}?(?:{_WHEN}|{_SPELL}))|{_WHEN}|"
    rf"(?:end|clos|finish|start|open)(?:e?s|ed|ing) (?:the|its) (?:[a-z]+ )?{_SPELL})\s*,?\s*$"
)
TAIL_NOUNS = re.compile(
    r"(?:['’]s?)?\s+(?:(?:common|class [ab]|ordinary|u\.s\.|us|american depositary|[ah]|h|b|hong kong|london|new york)[ -])?"
    r"(?:shares?(?: prices?)?|stocks?(?: prices?)?|prices?|adrs?|units|equity shares)$",
    re.IGNORECASE,
)
SHARES_OF = re.compile(
    r"^(?:[\w.'’-]+ ){0,3}?(?:shares?|stocks?|adrs?|units?|prices?|futures|value) (?:of|in|for) ", re.IGNORECASE
)
DETERMINER = re.compile(
    r"^(?:(?:the|a|an|its|their|his|this|that|both|and|or|while|as|after|when|where|but|with|although|though|because|which|"
    r"however|meanwhile|notably|separately|elsewhere|also|then|any|all|some|each|every|such|other|most|many|several|"
    r"chipmaker|automaker|carmaker|drugmaker|retailer|rivals?|peers?|giants?|unicorns?|startups?|company|firms?|maker|lender|"
    r"competitors?|heavyweights?|titan|behemoth|leader|shares|stocks|if|in|on|at|for|by|from|ceo|cfo|parent|owner)(?=[\s,])"
    r"|(?:[A-Z]\w+ )?[\w.'’]+-(?:based|backed|listed|owned|led|headquartered|focused|supported|traded|founded)(?=\s)"
    r"|[,\"'“”‘’(\s]+)\s*",
    re.IGNORECASE,
)
PLACE_OWNER = re.compile(r"^(?:[A-Z][\w.]*\s){0,2}[A-Z][\w.]*['’]s? (?=[A-Z0-9])")
BACKED = re.compile(r"-(?:\w+ed|led|owned)$", re.IGNORECASE)
SUMS = re.compile(
    r"(?<![a-z])(?:compensation|salary|bonus|units|tons|tonnes|barrels|bushels|gallons|passengers|vehicles|ffo|eps|"
    r"dividends?|per share of|fees|costs|"
    r"expenses|sales|revenues?|profits?|income|earnings|ebitda|backlog|orders|holdings|capitali[sz]ation|value of|volumes?|"
    r"deliveries|shipments|output|"
    r"production|exports|imports|inflation|million|billion|trillion|crore|mln|bln|[mb]n|assets|deposits|loans|yields?|rates?|"
    r"users|subscribers|margins?)(?![a-z])"
)
"""Where one of these is spoken of, what is up or down is no price."""
SHARES = re.compile(r"\b(?:shares?|stocks?|adrs?|units|equities)\b", re.IGNORECASE)
MONEY = re.compile(r"^(?:[A-Z]{0,3}[$€£¥]\d|\d)")
