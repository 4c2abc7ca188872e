"""What agents are told in sentences that the server makes: why a person was asked for, and a conversation in one line. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from models.conversation import Conversation
from models.understood import Understood

LAST_WORDS_CHARACTERS = 80

WHY: Mapping[Literal["zh", "en"], Mapping[str, str]] = {
    "en": {
        "asked": "The customer asked for a person",
        "not_understood": "The bot did not understand",
        "bot_failed": "The bot could not go on",
        "action": "The bot passes this on to people",
        "agent_vanished": "The agent before lost the connection",
        "no_reply": "The agent before left it without an answer",
    },
    "zh": {
        "asked": "客户要求转人工",
        "not_understood": "机器人没有听懂",
        "bot_failed": "机器人出错，无法继续",
        "action": "按流程转交人工",
        "agent_vanished": "上一位客服掉线了",
        "no_reply": "上一位客服没有回复",
    },
}
_WANTS = {"en": "wants: {0}", "zh": "想办：{0}"}
_TRIES = {"en": "{0} failed tries", "zh": "机器人连续 {0} 次没有解决"}
_TRY = {"en": "one failed try", "zh": "机器人 1 次没有解决"}
_SAID = {"en": "last: “{0}”", "zh": "原话：“{0}”"}
_FILES = {"en": "files sent without words: {0}", "zh": "没有文字说明的文件：{0} 个"}
_BETWEEN = {"en": "; ", "zh": "；"}

# What slots are mostly about, by the parts of their names. A name with another part stays as it is, without its underscores.
_SLOT_PARTS_ZH: Mapping[str, str] = {
    "order": "订单", "number": "号", "id": "编号", "name": "姓名", "email": "邮箱", "phone": "电话", "address": "地址",
    "city": "城市", "date": "日期", "time": "时间", "day": "日期", "reason": "原因", "product": "商品", "amount": "金额",
    "price": "价格", "quantity": "数量", "size": "尺码", "color": "颜色", "colour": "颜色", "delivery": "配送",
    "shipping": "配送", "payment": "付款", "refund": "退款", "return": "退货", "account": "账户", "customer": "客户",
    "invoice": "发票", "question": "问题", "topic": "主题", "method": "方式", "status": "状态",
}  # fmt: skip


def slot_title(name: str, language: Literal["zh", "en"]) -> str:
    """`order_number` → Order number, 订单号."""
    parts = name.replace("-", "_").split("_")
    if language == "zh" and all(part in _SLOT_PARTS_ZH for part in parts):
        return "".join(_SLOT_PARTS_ZH[part] for part in parts)
    words = " ".join(filter(None, parts))
    return words[:1].upper() + words[1:]


def summary(state: Conversation, understood: Understood | None, language: Literal["zh", "en"]) -> str:
    """Why, what they want, what was tried, in their words; "" where nothing is known yet."""
    parts = [WHY[language].get(state.reason, "")]
    if understood is not None:
        if understood.ranking:
            parts.append(_WANTS[language].format(understood.ranking[0].title(language)))
        if understood.tries:
            parts.append((_TRY if understood.tries == 1 else _TRIES)[language].format(understood.tries))
        if understood.text:
            parts.append(_SAID[language].format(_cut(understood.text)))
        if understood.files:
            parts.append(_FILES[language].format(understood.files))
    line = _BETWEEN[language].join(filter(None, parts))
    return line[:1].upper() + line[1:]


def _cut(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= LAST_WORDS_CHARACTERS else plain[: LAST_WORDS_CHARACTERS - 1] + "…"
