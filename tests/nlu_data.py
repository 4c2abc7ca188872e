"""A small shop in two languages, for tests of understanding."""

from __future__ import annotations

from bot.nlu.data import Example, Span, TrainingData

_TEXTS = {
    "greet": ["hello", "hi there", "good morning", "hey you", "你好", "您好啊", "早上好", "嗨在吗"],
    "order_status": [
        "where is my order",
        "when will my parcel arrive",
        "track my package please",
        "has my order been shipped",
        "我的订单到哪了",
        "包裹什么时候到",
        "帮我查一下物流",
        "订单发货了吗",
    ],
    "refund": [
        "i want my money back",
        "please refund this order",
        "how do i get a refund",
        "refund me now",
        "我要退款",
        "怎么申请退款",
        "把钱退给我",
        "这个能退款吗",
    ],
    "human": [
        "talk to a person",
        "give me a human agent",
        "i want a real person",
        "connect me to support staff",
        "转人工",
        "我要人工客服",
        "找个真人跟我说",
        "人工服务",
    ],
}


def annotated(
    text: str, part: str, entity: str, intent: str, value: str | None = None, role: str | None = None
) -> Example:
    start = text.index(part)
    return Example(text, intent, (Span(start, start + len(part), entity, value or part, role),))


EXAMPLES = (
    *(Example(text, intent) for intent, texts in _TEXTS.items() for text in texts),
    annotated("where is A1001", "A1001", "order_id", "order_status"),
    annotated("寄到上海的订单", "上海", "city", "order_status"),
    annotated("the red one, refund it", "red", "color", "refund"),
    annotated("红色的我要退", "红色", "color", "refund", "red"),
)

SHOP = TrainingData(
    EXAMPLES,
    synonyms={"上海": "Shanghai", "big apple": "New York"},
    regexes={"order_id": (r"\b[A-Z]\d{4}\b",), "money": (r"\d+ ?(?:yuan|元)",)},
    lookups={"city": ("上海", "上海市", "York", "New York", "Big Apple")},
)

HELDOUT = TrainingData(
    (
        Example("where is the order i made", "order_status"),
        Example("refund my order please", "refund"),
        Example("我的包裹到哪了", "order_status"),
        Example("我想要退款", "refund"),
        Example("a person please", "human"),
        Example("转人工客服", "human"),
    )
)
