"""What arrives broken, in another language, or as anything but prose."""

import pytest

from service.events.noise import cleared
from tests.support.events import everything, item, moves, said
from tests.support.shipped import understand


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p><b>长飞光纤</b>涨停</p>", [("limit_up", "长飞光纤")]),
        ('<a href="http://x.com/涨停">长飞光纤</a>涨5%', [("price_move", "长飞光纤")]),
        ("<br/>Acme Corp. <i>rose</i> 5%<br>Bolt fell 3%", [("price_move", "Acme Corp."), ("price_move", "Bolt")]),
        ("S&amp;P 500 rose 5%", [("price_move", "S&amp;P 500")]),
        ("Nvidia&nbsp;rose&nbsp;5%", [("price_move", "Nvidia")]),
        ("<!-- 亨通光电涨停 -->长飞光纤涨停", [("limit_up", "长飞光纤")]),
        ("长飞光纤\ud83d涨停", [("limit_up", "长飞光纤")]),
        ("\ufeff长飞光纤\u200b涨停", [("limit_up", "长飞光纤")]),
        ("#长飞光纤#涨停！！！", [("limit_up", "长飞光纤")]),
        ("龙虎榜|长飞光纤涨停", [("limit_up", "长飞光纤")]),
        ("Ｎｖｉｄｉａ ｒｏｓｅ ５％", [("price_move", "Ｎｖｉｄｉａ")]),
        ("a < b and c > d", []),
        ("<script>if (a<b && rose 5%) x</script>", []),
        ("长飞光纤涨亭", []),
        ("长 飞 光 纤 涨 停", []),
        ("", []),
        ("\ud800", []),
    ],
)
def test_left_overs_are_no_words(text: str, wanted: list[tuple[str, str]]) -> None:
    assert said(text) == wanted
    assert all(one.subject_span is None or one.subject_span.of(text) == one.subject for one in understand(item(text)))


@pytest.mark.parametrize("text", ["<td>&nbsp;\ud800x</td>", "plain 5 < 6", "", "长飞<em>光纤</em>", "S&amp;P"])
def test_clearing_keeps_the_length(text: str) -> None:
    assert len(cleared(text)) == len(text)
    assert cleared(cleared(text)) == cleared(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("长飞光纤 601869 +5.23%\n亨通光电 600487 -2.10%\n", [("长飞光纤", 5.23), ("亨通光电", -2.1)]),
        ("| 长飞光纤 | +5.23% |\n| 亨通光电 | -2.1% |", [("长飞光纤", 5.23), ("亨通光电", -2.1)]),
        (
            "<tr><td>长飞光纤</td><td>+5.23%</td></tr><tr><td>亨通光电</td><td>-2.1%</td></tr>",
            [("长飞光纤", 5.23), ("亨通光电", -2.1)],
        ),
        ("1. 长飞光纤 涨5.2%\n2. 亨通光电 涨3.1%", [("长飞光纤", 5.2), ("亨通光电", 3.1)]),
        ("代码 名称 涨跌幅\n601869 长飞光纤 10.00%\n600487 亨通光电 5.10%", []),
        ("名称\t最新价\t溢价率\n长飞光纤\t88.10\t+10.00%", []),
    ],
)
def test_rows_of_a_table(text: str, wanted: list[tuple[str, float]]) -> None:
    assert moves(text) == wanted


FOREIGN = """\
日経平均株価、3日ぶり反発 終値5%高の4万円
東証大引け、大幅続落 日経平均3%安
ソフトバンクグループ株がストップ高、5%上昇
任天堂、上場来高値を更新 株価上昇5%
東京エレクトロン上昇5%
코스피 5% 상승, 사상 최고치 신고가
SK하이닉스 IPO 추진
코스닥 +5.2%, S&P 500 +1.2%
Акции Tesla выросли на 5% до рекорда, IPO Сбербанка
Индекс S&P 500 +0,5%, Nasdaq +1.2%
أسهم تسلا ارتفعت 5% IPO
Tesla-Aktie steigt um 5% auf Rekordhoch nach dem IPO
Gold steigt auf Rekordhoch, der DAX fällt um 1.2% und der Dow Jones +0.5%
Les actions de Renault ont bondi de 5% après IPO, le CAC 40 +1.2%
Las acciones de Tesla suben 5% tras el IPO del grupo
El Ibex 35 +1.2% y el S&P 500 -0.3%
O Ibovespa subiu 5% após o IPO e uma ação da Petrobras +3.2%
Saham Tesla naik 5% dan IPO pada pekan ini
Η μετοχή της Tesla +5%
हिंदी शेयर 5% IPO
หุ้น Tesla +5% IPO
""".splitlines()


@pytest.mark.parametrize("text", FOREIGN)
def test_other_languages_say_nothing(text: str) -> None:
    assert everything(text) == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("鲜の每日涨停，长飞光纤涨5%", [("limit_up", "鲜の每日"), ("price_move", "长飞光纤")]),
        ("丰田汽车（トヨタ）涨5%", [("price_move", "丰田汽车")]),
        ("Tesla (Тесла) rose 5%", [("price_move", "Tesla")]),
        ("L'Oréal shares rose 5%", [("price_move", "L'Oréal")]),
        ("Los Angeles-based Del Monte shares rose 5%", [("price_move", "Del Monte")]),
        ("Nvidia涨5%", [("price_move", "Nvidia")]),
    ],
)
def test_foreign_names_are_names(text: str, wanted: list[tuple[str, str]]) -> None:
    assert said(text) == wanted
