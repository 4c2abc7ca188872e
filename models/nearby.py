"""What stands around a number: words that make it likely to be a phone, a card or an id, and those that make it something else."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from enum import StrEnum

BEFORE_CHARACTERS = 40
AFTER_CHARACTERS = 12


class Hint(StrEnum):
    PHONE = "phone"
    CARD = "card"
    ID = "id"
    OTHER = "other"


# In one alternation the longest must come first: 会员卡号 is no bank card.
_WORDS = re.compile(
    r"(?P<other>会员卡|礼品卡|购物卡|优惠券|充值卡|点卡|门禁卡|订单|单号|运单|快递|物流|包裹|流水|交易号|商户号|编号|序列号|条形?码|时间戳"
    r"|发票|税号|验证码|金额|价格|版本|货号|型号|批次|积分|gift ?card|membership|loyalty|order|tracking|waybill|parcel|shipment|invoice"
    r"|transaction|txn|serial|timestamp|sku|ean|isbn|barcode|imei|amount|price|version|ref(?:erence)?\b|ticket)"
    r"|(?P<card>银行卡|信用卡|借记卡|储蓄卡|卡号|账号|帐号|账户|收款|打款|bank|credit|debit|visa|mastercard|amex|unionpay|card\b|cardno)"
    r"|(?P<id>身份证|证件|身份号码|\bid\b|identity|resident)"
    r"|(?P<phone>手机|电话|联系方式|联系人|号码|座机|固话|致电|拨打|打给|微信|短信|来电|热线|phone|mobile|\bcell\b|\btel\b|telephone|whatsapp"
    r"|\bcall\b|\bsms\b|\btext me\b|contact|wechat|\bfax\b|传真)",
    re.ASCII,
)
# What may stand between a word and the number that it names. Possessive: forty blanks must not be tried in every split.
_LINK = re.compile(r"(?:号码?|码|numbers?|no|num|id|is|was|的|s(?=[/_=])|[\s:#=_/是为()\[\]'\".-])*+", re.ASCII)
_STOP = re.compile(r"[,，。;；!！?？\n\d\0]")
_LABEL = re.compile(r"(?:tel|phone|mobile|mob|cell|call|card|cardno|id|no|wechat|vx|wx|v|fax)$")
_UNIT_AFTER = re.compile(r" ?(?:元|块|円|日元|韩元|美元|次|个|件|分\b|%|万|亿|usd\b|rmb\b|cny\b|krw\b|jpy\b|won\b)")
_CURRENCIES = frozenset("$€£¥￥")
# 13800138000/13900139000 are two numbers, /item/13800138000 is a path.
_OTHER_NUMBER = re.compile(r"\d{7}/$", re.ASCII)
_LETTER = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Nearby:
    """`hint`: the nearest word before, else shortly after. `named`: that word names this very number ("卡号 6222…"). `stuck`: part of a
    longer code. `inside`: of a path, a parameter or a name with underscores."""

    hint: Hint | None
    named: bool
    stuck: bool
    inside: bool
    amount: bool

    def says(self, hint: Hint) -> bool:
        return self.hint is hint

    def names(self, hint: Hint) -> bool:
        return self.hint is hint and self.named


class Surroundings:
    """The words of a text, looked up once: a text of 300 numbers is not searched 300 times."""

    __slots__ = ("_ends", "_hints", "_lower", "_starts", "hints")

    def __init__(self, text: str) -> None:
        """`text` in plain spelling."""
        lower = text.lower()
        # A Turkish İ becomes two characters; offsets matter more than the words of such a text.
        self._lower = lower if len(lower) == len(text) else text
        words = list(_WORDS.finditer(self._lower))
        self._starts = [word.start() for word in words]
        self._ends = [word.end() for word in words]
        self._hints = [Hint(str(word.lastgroup)) for word in words]
        self.hints = frozenset(self._hints)

    def near(self, start: int, end: int) -> Nearby:
        before = self._lower[max(0, start - BEFORE_CHARACTERS) : start]
        after = self._lower[end : end + AFTER_CHARACTERS]
        hint, named = self._hint(start, end)
        amount = before.rstrip(" ")[-1:] in _CURRENCIES or _UNIT_AFTER.match(after) is not None
        return Nearby(hint, named, _is_stuck(before, after), _is_inside(before), amount)

    def _hint(self, start: int, end: int) -> tuple[Hint | None, bool]:
        last = bisect_right(self._ends, start) - 1
        if last >= 0 and start - self._ends[last] <= BEFORE_CHARACTERS:
            return self._hints[last], _LINK.fullmatch(self._lower, self._ends[last], start) is not None
        following = bisect_left(self._starts, end)
        if following == len(self._starts) or self._starts[following] - end > AFTER_CHARACTERS:
            return None, False
        if _STOP.search(self._lower, end, self._starts[following]):
            return None, False
        return self._hints[following], False


def _is_stuck(before: str, after: str) -> bool:
    """Part of a longer code: SF1234567890123; "tel138…" is not."""
    if _LETTER.match(after):
        return True
    last = before[-1:]
    return last.isascii() and last.isalpha() and not _LABEL.search(before)


def _is_inside(before: str) -> bool:
    """/item/13800138000, id=…, user_138…"""
    return before[-1:] in ("/", "=", "&", "#", "_", "\\") and not _OTHER_NUMBER.search(before)
