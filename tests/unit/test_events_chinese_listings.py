"""Listings in Chinese: which company, how far it has come, and what is no listing of anybody."""

import pytest

from tests.support.events import everything, said


@pytest.mark.parametrize(
    ("text", "subject", "stage"),
    [
        ("甲山科技香港IPO", "甲山科技", "planned"),
        ("甲山科技：筹划发行H股并在新加坡上市", "甲山科技", "planned"),
        ("又一家来了\n甲山科技公告，拟赴港上市", "甲山科技", "planned"),
        ("甲山电气有限公司（简称“甲山电气”）近日说，拟在港交所上市", "甲山电气有限公司", "planned"),
        ("港股IPO：甲山科技股份有限公司递表港交所", "甲山科技股份有限公司", "filed"),
        ("甲山生物创业板IPO获受理", "甲山生物", "filed"),
        ("甲山装备股份有限公司A股IPO获上市委会议通过", "甲山装备股份有限公司", "approved"),
        ("甲山火锅港股IPO获中国证监会备案", "甲山火锅", "approved"),
        ("上市审核委员会召开审议会，审议甲山光子股份有限公司（首发）", "甲山光子股份有限公司", "filed"),
        ("某基金考虑在Bolt Space的IPO中认购", "Bolt Space", "planned"),
        ("两家银行据称在安排CLUB BOLT香港首次公开募股事宜", "CLUB BOLT", "planned"),
        ("美国连锁餐厅Bolt's Diner递交IPO申请", "Bolt's Diner", "filed"),
        ("Bolt Cloud最早可能于明年初春进行IPO", "Bolt Cloud", "planned"),
        ("甲山科技即将上市，预计于7月30日在港交所挂牌上市", "甲山科技", "listed"),
        ("因甲山玻璃集团股份有限公司及其保荐人乙水证券撤回发行上市申请", "甲山玻璃集团股份有限公司", "withdrawn"),
        ("新股N甲山涨超530% 触发临停", "N甲山", "listed"),
        ("甲山医疗暗盘收涨逾194%", "甲山医疗", "priced"),
        ("甲山茶饮招股，甲山茶饮拟集资18亿", "甲山茶饮", "priced"),
        ("甲丙招股，甲丙拟集资18亿", "甲丙", "priced"),
        ("甲丙丁戊（09999）招股", "甲丙丁戊", "priced"),
        ("甲山科技：重新向香港联交所递交了H股发行上市申请", "甲山科技", "filed"),
    ],
)
def test_how_far_a_company_has_come(text: str, subject: str, stage: str) -> None:
    event = next(event for event in everything(text) if event.type == "ipo")
    assert (event.subject, event.fields["stage"]) == (subject, stage)
    assert ("ipo", subject) in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "大型IPO拉动新股市场回暖",
        "三季度港股IPO融资近270亿港元",
        "港交所：5月首次公开招股集得款项约88亿港元",
        "招股书显示，公司2024年营收14亿元",
        "储能电池赛道IPO接连登场",
        "甲山药业：新适应症上市申请获批准",
        "甲山科技重组无条件过会",
        "使用更强的推理能力，不过会有防止滥用的限制",
        "甲山科技完成Pre-IPO轮融资",
        "甲山科技如果IPO",
        "甲山科技未能在港交所上市",
        "回购的钱是公司首次公开发行普通股所取得的超募款项",
        "然而其IPO进程却深陷泥沼",
        "多家新能源企业谋求上市",
        "人民币登陆港交所",
        "今日暂无新股申购",
        "今日要闻\n乙水证券：前景看好，正登陆港交所",
        "今日要闻\n乙水股份：前景看好。正登陆港交所",
    ],
)
def test_what_is_nobodys_listing(text: str) -> None:
    assert [one for one in said(text) if one[0] == "ipo"] == []


def test_the_first_day_of_another_company_is_history() -> None:
    title, text = "甲山茶饮在港上市", "甲山茶饮上市首日开盘报9.9港元。此前，乙水茶饮（09998）上市首日开盘价18.8港元"
    assert said(text, title) == [("ipo", "甲山茶饮")]
    assert [event.status.value for event in everything(text, title) if event.subject == "乙水茶饮"] == ["historical"]
    assert ("ipo", "乙水茶饮") in said("乙水茶饮（09998）今日迎来上市首日", title)


def test_a_day_for_subscription_says_more_than_the_word_ipo() -> None:
    text = "随着甲山科技即将于12月26日开启新股申购，员工持股受到关注。"
    (event,) = everything(text, "超千名员工持股 甲山科技IPO临近")
    assert (event.type, event.fields["stage"]) == ("ipo", "priced")
