"""Whether a Chinese figure belongs to the verb it follows: only words of degree may stand between.

涨[超]5%, 跌[幅一度扩大至]5% and 升[167点或]0.4% are moves; 回落[支持率达]59% and 升[转让]30% are none.
Guarantee: linear in the characters between. It must not know event types.
"""

import re

_BETWEEN = re.compile(
    r"(?:[\s,+-]|[了去已经均皆都各分别又再就仍也还更是则]|[超逾近约达至到为破足]|不[足到超]|超过|大约|在|月|[高多]达|最[多高大低深]|左右|将近|接近|"
    r"一度|日内|盘中|目前|现|累计|合计|单日|全[天日周月年]|当[天日周月]|[涨跌升降]?幅|[涨跌升降]|[高低]开|快?[迅急]速|大幅|小幅|微|"
    r"重新|重|进一步|继续|持续|扩[大阔]|收窄|缩[小窄减]?|放大|回[落升顺]|[飙暴贬升]值?|拉升|走[高低阔扩]|"
    r"[-\d.,]+(?:个?点|个?基点|美元|港元|元|美分|欧元|日元|英镑|令吉)?(?:/\S{1,2})?,?或?|过|半)*"
)


def belongs(folded: str, say: tuple[int, int], figure: tuple[int, int]) -> bool:
    """Whether the figure says how far what `say` names went; one that stands before it does."""
    return figure[0] < say[1] or _BETWEEN.fullmatch(folded, say[1], figure[0]) is not None
