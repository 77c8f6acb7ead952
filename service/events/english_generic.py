"""Words that name nothing by themselves, though they may have a capital: a subject made of them alone is none.

Data for service.events.english_subjects; a name may contain them (Big Lots, China Resources, First Solar).
"""

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


TIMES = _set(
    """
    january february march april may june july august september october november december jan feb mar apr jun jul aug sep
    sept oct nov dec monday tuesday wednesday thursday friday saturday sunday today yesterday tomorrow year week month
    quarter day morning afternoon evening session years weeks months quarters days weekly monthly yearly quarterly annual
    annually
    month-to-date year-to-date week-to-date
    daily q1 q2 q3 q4 h1 h2 hy fy ytd gmt est edt et cet utc ist bst am pm 1h 2h 1q 2q 3q 4q eod intraday premarket
    pre-market after-hours overnight mid-day midday spring summer autumn fall winter christmas easter
    """
)
PLACES = _set(
    """
    beijing shanghai shenzhen tokyo seoul london paris berlin frankfurt moscow washington brussels york hong kong mumbai delhi
    singapore sydney toronto madrid milan rome zurich amsterdam dubai riyadh abu dhabi san francisco los angeles chicago
    boston houston dallas texas california florida ohio nevada ontario quebec alberta china japan india germany france
    britain england scotland wales ireland italy spain portugal greece turkey russia ukraine poland hungary romania sweden
    norway denmark finland switzerland austria belgium netherlands brazil mexico argentina chile colombia peru cuba venezuela
    canada australia zealand new korea taiwan vietnam thailand indonesia malaysia philippines pakistan bangladesh sri lanka
    nepal benin senegal tanzania uganda zambia rwanda angola botswana namibia morocco tunisia oman bahrain kuwait
    kazakhstan uzbekistan bulgaria croatia serbia ecuador bolivia panama uruguay
    israel iran iraq saudi arabia egypt nigeria kenya ethiopia ghana zimbabwe africa asia europe america americas
    middle east north south west western eastern northern southern u.s us u.s. uk u.k. u.k eu uae usa hk latin gulf
    wall street white house city county state states united kingdom eurozone zone euro region world mainland states'
    """
)
LOOSE = _set(
    """
    a an the this that these those it its they he she we you i all any some most many more less few several each every both
    almost nearly about over under up down just only even still yet then now here there however meanwhile also again
    big bigger biggest large larger largest small smaller smallest low lower lowest high higher highest top best worst better
    good great right left first second third last next latest newest upcoming recent new old early late major minor key
    tepid weak strong hot cold long short rare massive huge record historic biggest-ever largest-ever upsized planned
    potential possible primary time rs
    proposed highly much-awaited long-awaited blockbuster jumbo mega maiden successful failed delayed mini micro
    total average median net gross core real nominal final overall combined adjusted initial public private local foreign
    domestic global international national federal central regional renewable hedge growth tech technology biotech pharma energy
    bank banks banking insurance insurers finance financial industrial industry industries commerce consumer consumers
    retail wholesale
    export exports import imports water power electricity food housing property house home homes office mortgage mortgages
    urban rural demand supply output production manufacturing construction services service inflation economy business
    investment investments investor investors trader traders analyst analysts bankers banker advisers people officials
    buyers sellers holders shareholders founders ambitious chinese japanese american european asian german french indian
    listing listings offering debut ipo ipos float stock stocks share shares equity equities price prices market markets
    bond bonds yield yields rate rates loan loans debt futures options option contracts
    trading activity volume volumes transactions flows flow hedges bets wagers sentiment confidence earnings revenue
    revenues sales sale profit profits income loss losses margin margins costs cost spending budget bill bills rents tax
    taxes tariff
    tariffs ai ev evs crypto cryptocurrency cryptocurrencies blockchain chip chips software hardware internet cloud data
    update updates alert notice review guide outlook preview watch list news breaking exclusive explained analysis opinion
    report reports results chart table figure page source sources image images photo video podcast check click read see
    get buy sell hold include includes including low-cost company companies group firm firms maker makers startup startups unit
    units division subsidiary subsidiaries deal deals billion million trillion percent pct per cent points point number numbers
    amount level levels value higher-than- no not two three four five six seven eight nine ten one zero half
    ceo cfo coo chairman president founder board chief senator minister pm governor fed ecb boj boe pboc rbi sec sebi
    government govt court congress parliament senate ministry treasury opec imf regulator regulators democrats republicans
    rising falling class semiconductor semiconductors etf 10-year 30-year 2-year
    rs inr usd eur used nation nation's nation’s country country's country’s
    when what which who why how where if as and or but for from in on at by with of to than so
    asset assets pay wage wages jobs population users customers visitors cases deaths
    story advertisement psu psus future all
    momentum shariah conservative balanced moderate aggressive seasonally returns capital
    """
)
QUALITIES = _set(
    """
    reit wildly toymaker troubled taxi action post dividend swiss muscat tadawul abu first-ever much-anticipated long-
    delayed bumper hotly-anticipated stellar stunning
    strong weak
    lackluster blockbuster successful mega-ipo kuala lumpur oslo stockholm nairobi lagos cairo manila jakarta bangkok taipei
    """
)
"""What a listing is besides, and where."""
MEASURES = _set(
    """
    aid donations compensation activity trading volume volumes transactions turnover sales revenue revenues profit profits
    income earnings ebitda eps
    pat npat
    roce roe roa gdp cpi ppi pmi ip msp ffo arr aum gmv nii nim nav rpo opex capex demand production output inflation
    inventories spending investment investments hedges flow flows inflows outflows bills bets wagers tariffs deposits loans
    debt
    emissions traffic deliveries shipments orders bookings traders investors analysts economists consumers officials
    customers users subscribers
    approval popularity returns assets costs rents wages salaries premiums claims jobs payrolls unemployment
    pension plan bonanza wave options lei wpi net yields yield rates rate margin margins liquidity volatility dividend
    dividends payout buyback
    buybacks insurers banks
    stake stakes ownership issuance sentiment confidence economy
    """
)
"""What has no price: a phrase that ends in one is not about a security (XRP Activity, Acme Sales, Ford Deliveries)."""
ECONOMIC = re.compile(
    r"(?:prices?|sentiment|confidence|managers'?|production|cost|activity|fear|greed|misery|climate|case-shiller|"
    r"leading economic|economic|expectations|inflation|sales) ind(?:ex|ices)$",
    re.IGNORECASE,
)
PERSONS = _set(
    """
    trump biden obama clinton sanders harris powell yellen bessent lagarde ueda musk buffett cramer dimon altman zuckerberg
    bezos
    putin zelenskiy zelensky xi modi starmer reeves sunak truss merkel merz scholz macron erdogan lula milei netanyahu ackman
    draghi bernanke greenspan kuroda ishiba takaichi abe warsh
    """
)
GIVEN_NAMES = _set(
    """
    donald joe barack hillary bernie kamala jerome janet elon warren jim jamie sam mark jeff bill bob robert john james
    michael david
    william richard thomas charles christopher daniel matthew anthony steven paul andrew joshua kenneth kevin brian george
    edward
    ronald timothy jason ryan jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory
    frank alexander raymond patrick jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle mary
    patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily
    donna michelle carol amanda melissa deborah stephanie rebecca laura cynthia kathleen amy angela shirley anna ruth brenda
    nicole katherine samantha christine emma cathie marc ben alex chris tom mike steve dan ken ron tim rob nick phil greg
    sunil rajiv amit sanjay narendra rahul ravi anil vijay shaktikanta yuki hiroshi kenji takashi lihan wei ulf cory romaine
    """
)
"""First names of people: two or three capitals that open with one are no company, where nothing else says they are."""
TITLES = re.compile(
    r"^(?:mr|mrs|ms|dr|sir|president|senator|minister|governor|secretary|chancellor|premier|judge|justice|rep|sen|gov|prof|"
    r"professor|"
    r"analysts?|economists?|strategists?|ex-president|chairman|chairwoman|prime minister|us senator)\.? ",
    re.IGNORECASE,
)
POSSESSIVE = re.compile(
    r"\b(?:domino|macy|kohl|mcdonald|wendy|lowe|moody|dillard|sotheby|christie|levi|carter|chico|denny|papa john|arby|"
    r"casey|dick|ollie|sainsbury|"
    r"kellogg|campbell|dr\.? reddy|bj|joe|nathan|hershey|smucker|nando|popeye|jimmy john|zaxby|freddy|victoria|land|"
    r"children|people|jack|wilko|hardee|"
    r"carl|applebee|chili|dunkin|marie callender|stop|friendly|sainsbury|boot|barnes|bloomingdale|zara|michael|peet|harrod|"
    r"fraser|kirkland)$",
    re.IGNORECASE,
)
"""Names that end in 's of their own."""
FRAGMENT = re.compile(r"[a-z] (?:At|In|On|For|With|From|By|About|Into|Over|Is|Are|Was|Were|Has|Have|Why|How|What) [A-Z]")
"""What stands so inside a run of capitals is a piece of a headline: Returns On Capital At Halden."""
