"""The orders that the demo shop begins with. `days` counts from today: when it is expected, or was delivered."""

from __future__ import annotations

from typing import NamedTuple


class OrderAtFirst(NamedTuple):
    number: str
    status: str
    item: str
    item_zh: str
    days: int | None = None
    carrier: str | None = None
    carrier_zh: str | None = None
    tracking: str | None = None


ORDERS_AT_FIRST = (
    OrderAtFirst("A1001", "shipped", "running shoes", "跑鞋", 2, "SF Express", "顺丰速运", "SF-K7M2Q"),
    OrderAtFirst("A1002", "packing", "down jacket", "羽绒服", 4),
    OrderAtFirst("A1003", "delivered", "headphones", "耳机", -3, "JD Logistics", "京东物流", "JD-P4T8W"),
    OrderAtFirst("A1004", "cancelled", "desk lamp", "台灯"),
    OrderAtFirst("A1005", "awaiting_payment", "backpack", "双肩包"),
    OrderAtFirst("A1006", "out_for_delivery", "dress", "连衣裙", 0, "SF Express", "顺丰速运", "SF-B3X9L"),
    OrderAtFirst("A1007", "shipped", "watch", "手表", 1, "EMS", "EMS", "EM-H6R1C"),
    OrderAtFirst("A1008", "packing", "two T-shirts", "两件 T恤", 3),
    OrderAtFirst("A1009", "delivered", "phone case", "手机壳", -6, "YTO Express", "圆通速递", "YT-D2N5V"),
    OrderAtFirst("A1010", "delivered", "sweater", "毛衣", -1, "SF Express", "顺丰速运", "SF-G8Z4J"),
    OrderAtFirst("A1011", "awaiting_payment", "mug", "水杯"),
    OrderAtFirst("A1012", "shipped", "jeans", "牛仔裤", 3, "ZTO Express", "中通快递", "ZT-W1F7S"),
)
