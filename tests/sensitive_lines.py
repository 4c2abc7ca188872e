"""The labelled lines: what customers type, and what must be found in it. Made with a fixed seed, and by hand.

Check digits are worked out here on their own, by trying each until the definition holds, not with the code under test.
No number belongs to anybody: they are drawn at random.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

SEED = 20_261_123
PHONE, CARD, ID, EMAIL = "phone", "bank_card", "id_card", "email"


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    found: tuple[tuple[str, str], ...] = ()


def luhn_holds(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0


def id_holds(number: str) -> bool:
    values = [10 if sign == "X" else int(sign) for sign in number]
    return sum(value * pow(2, 17 - place, 11) for place, value in enumerate(values)) % 11 == 1


def card(draw: random.Random, right: bool = True) -> str:
    start, length = draw.choice(
        [("622", 16), ("6217", 19), ("6228", 19), ("4", 16), ("52", 16), ("37", 15), ("3530", 16)]
    )
    body = start + "".join(draw.choices("0123456789", k=length - len(start) - 1))
    return next(body + last for last in "0123456789" if luhn_holds(body + last) is right)


def resident_id(draw: random.Random, right: bool = True) -> str:
    province = draw.choice(["110105", "310104", "440305", "510104", "330106", "420102", "610113", "350203"])
    born = f"{draw.randint(1940, 2012)}{draw.randint(1, 12):02d}{draw.randint(1, 28):02d}"
    body = f"{province}{born}{draw.randrange(1000):03d}"
    return next(body + last for last in "0123456789X" if id_holds(body + last) is right)


def mobile(draw: random.Random) -> str:
    return f"1{draw.choice('3456789')}{draw.randrange(10**9):09d}"


def address(draw: random.Random) -> str:
    name = draw.choice(["li.wei", "zhang_san", "anna-k", "bob+shop", "x1999", "order.help", "MeiMei"])
    return f"{name}{draw.randrange(99)}@{draw.choice(['example.com', 'mail.example.cn', 'qq.example.net', 'a-b.example.org'])}"


def wide(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def numerals(text: str) -> str:
    return "".join("零一二三四五六七八九"[int(digit)] for digit in text)


def grouped(text: str, sizes: tuple[int, ...], gap: str) -> str:
    parts, at = [], 0
    for size in sizes:
        parts.append(text[at : at + size])
        at += size
    return gap.join(part for part in (*parts, text[at:]) if part)


MOBILE_TEXTS = (
    "我的手机号是{}，麻烦尽快联系我", "{}", "电话{}打不通", "联系方式：{}。", "收货人张三{}北京市朝阳区", "请打{}找我，谢谢",
    "退款申请 理由：不喜欢 {} 谢谢", "my number is {} please call", "Call me at {}.", "phone:{}", "订单A1001有问题，我的电话是{}",
    "A1002 {}", "微信同号{}呀", "是的\n{}\n", "（{}）", "可以加{}吗", "tel {} thanks", "order A1003, reach me on {}, after 6",
)  # fmt: skip
CARD_TEXTS = (
    "卡号{}", "我的银行卡是{}，退到这里", "退款请打到 {} 谢谢", "{}", "工行{}张三", "card {} was charged twice", "Please refund to {}.",
    "订单A1001的钱退到{}", "信用卡：{}，有效期12/28", "my visa is {} ok?",
)  # fmt: skip
ID_TEXTS = (
    "身份证{}", "我的身份证号码是{}，实名认证失败", "{}", "认证用{}提交了三次", "ID number: {}", "my id is {} and it fails",
    "姓名李四，{}，请核对", "证件号：{}。", "订单A1002 {} 报关用",
)  # fmt: skip
EMAIL_TEXTS = (
    "发到{}就行",
    "我的邮箱是{}，谢谢",
    "{}",
    "e-mail: {}.",
    "please write to {}",
    "邮箱：{}（工作）",
    "<{}>",
)
NUMBER_NOT_SENSITIVE = (
    "快递单号SF{:013d}到哪了", "运单号{:012d}没有更新", "tracking number {:014d}", "订单号 {:018d} 还没发货", "order {:011d} is late",
    "时间戳1{:012d}", "JD{:012d}显示已签收", "流水号62{:014d}", "交易号{:028d}", "invoice {:08d}", "积分{:06d}分",
    "验证码{:06d}", "YT{:013d}", "序列号4{:015d}", "金额{:07d}元", "会员卡号{:016d}", "serial 5{:015d}", "imei {:015d}",
    "条码69{:011d}", "商户号{:010d}", "order #{:07d}", "QQ群{:09d}", "订单编号：1{:010d}", "¥{:05d}.00", "版本 3.{:04d}.12",
    "https://shop.example/item/{:012d}", "transaction {:018d}", "SKU {:09d}", "共 {:03d} 件", "批次 20261123{:04d}",
)  # fmt: skip


def mobiles(draw: random.Random) -> list[Line]:
    spellings = (
        str, str, str, lambda n: grouped(n, (3, 4), " "), lambda n: grouped(n, (3, 4), "-"), lambda n: "+86" + n, lambda n: "+86 " + n,
        lambda n: "+86-" + grouped(n, (3, 4), "-"), lambda n: "(+86)" + n, lambda n: "0086" + n, wide, numerals,
        lambda n: n[:4] + "\u200b" + n[4:], lambda n: grouped(n, (1,) * 11, " "), lambda n: grouped(n, (3, 4), "."),
        lambda n: grouped(n, (4, 3), " "), lambda n: grouped(n, (3, 4), "\u00a0"), lambda n: grouped(n, (3, 4), "—"),
    )  # fmt: skip
    lines = []
    for _ in range(8):
        for spelled in spellings:
            number = mobile(draw)
            text = draw.choice(MOBILE_TEXTS).format(spelled(number))
            lines.append(Line(text, ((PHONE, number),)))
    return lines


def cards(draw: random.Random) -> list[Line]:
    lines = []
    for turn in range(70):
        number = card(draw)
        by_fours = grouped(number, (4, 6) if len(number) == 15 else (4,) * 4, draw.choice(" -"))
        spelled = (number, by_fours, wide(number), number[:6] + "\u200d" + number[6:])[turn % 4]
        lines.append(Line(draw.choice(CARD_TEXTS).format(spelled), ((CARD, number),)))
    return lines


def resident_ids(draw: random.Random) -> list[Line]:
    lines = []
    for turn in range(70):
        number = resident_id(draw)
        by_parts = grouped(number, (6, 4, 4), draw.choice(" -"))
        spelled = (number, number.lower(), by_parts, wide(number), grouped(number, (6, 8), " "))[turn % 5]
        lines.append(Line(draw.choice(ID_TEXTS).format(spelled), ((ID, number),)))
    return lines


def addresses(draw: random.Random) -> list[Line]:
    lines = []
    for turn in range(36):
        written = address(draw)
        spelled = (written, written.replace("@", "＠"), wide(written))[turn % 3]
        lines.append(Line(draw.choice(EMAIL_TEXTS).format(spelled), ((EMAIL, written),)))
    return lines


def not_sensitive(draw: random.Random) -> list[Line]:
    lines = []
    for text in NUMBER_NOT_SENSITIVE * 8:
        width = int(text.split(":0")[1].split("d")[0])
        lines.append(Line(text.format(draw.randrange(10**width))))
    # Right in form, wrong by check digit, and nothing near that names them.
    lines += [Line(f"我看到 {card(draw, right=False)} 这个") for _ in range(25)]
    lines += [Line(f"what is {resident_id(draw, right=False)} then") for _ in range(25)]
    lines += [Line(f"{draw.randrange(10**13, 2 * 10**13)} {draw.randrange(10**9, 2 * 10**9)}") for _ in range(15)]
    return lines


BY_HAND = (
    Line("身份证 11010519491231002X，手机13800138000，卡 6222 0212 3456 7894",
         ((ID, "11010519491231002X"), (PHONE, "13800138000"), (CARD, "6222021234567894"))),
    Line("手机号13800138000和13900139000都打不通", ((PHONE, "13800138000"), (PHONE, "13900139000"))),
    Line("13800138000/13900139000", ((PHONE, "13800138000"), (PHONE, "13900139000"))),
    Line("幺三八零零幺三八零零零", ((PHONE, "13800138000"),)),
    Line("我的电话一三八〇〇一三八〇〇〇一直打不通", ((PHONE, "13800138000"),)),
    Line("电话13800138000一直没人接", ((PHONE, "13800138000"),)),
    Line("**13800138000**", ((PHONE, "13800138000"),)),
    Line("1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣", ((PHONE, "13800138000"),)),
    Line("٠١٣٨ 手机 ١٣٨٠٠١٣٨٠٠٠", ((PHONE, "13800138000"),)),
    Line("座机010-87654321", ((PHONE, "01087654321"),)),
    Line("公司电话（0755）86013388转802", ((PHONE, "075586013388"),)),
    Line("call +1 (415) 555-2671 please", ((PHONE, "+14155552671"),)),
    Line("我在香港 +852 9123 4567", ((PHONE, "+85291234567"),)),
    Line("my UK number 0044 20 7946 0958", ((PHONE, "+442079460958"),)),
    Line("phone 415-555-2671", ((PHONE, "+14155552671"),)),
    Line("手机号 12345678901 写错了", ((PHONE, "12345678901"),)),
    Line("卡号 6222021234567890", ((CARD, "6222021234567890"),)),
    Line("银行卡号：6222 0212 3456 7890", ((CARD, "6222021234567890"),)),
    Line("身份证号110105194912310021对吗", ((ID, "110105194912310021"),)),
    Line("老身份证110105491231002", ((ID, "110105491231002"),)),
    Line("邮箱是用户@例子.中国", ((EMAIL, "用户@例子.中国"),)),
    Line("anna@bücher.example", ((EMAIL, "anna@bücher.example"),)),
    Line("a@xn--bcher-kva.example", ((EMAIL, "a@xn--bcher-kva.example"),)),
    Line("13800138000@mail.example.com", ((EMAIL, "13800138000@mail.example.com"),)),
    Line("a@example.com,b@example.com", ((EMAIL, "a@example.com"), (EMAIL, "b@example.com"))),
    Line("İstanbul'dan yazıyorum: +90 212 555 01 23", ((PHONE, "+902125550123"),)),
    Line("我的订单 A1001 到哪了？"),
    Line("A1001、A1002、A1003 都没到"),
    Line("SF1234567890123"),
    Line("2026-11-23 15:36:00 下的单"),
    Line("2026年11月23日，20261123，11/23/2026"),
    Line("1700000000 1700000000000 1700000000000000"),
    Line("价格 1,380,013,800.00 元"),
    Line("π 是 3.14159265358979323846"),
    Line("13800138000元？这也太贵了"),
    Line("播放量 13912345678 次"),
    Line("IP 192.168.100.123 和 10.0.0.1:8080"),
    Line("550e8400-e29b-41d4-a716-446655440000"),
    Line("d41d8cd98f00b204e9800998ecf8427e 13800138000abcdef"),
    Line("git@github.com:example/shop.git"),
    Line("logo@2x.png 打不开"),
    Line("@客服 在吗 @all"),
    Line("me at home . com @ 5pm"),
    Line("138****8000"),
    Line("110105********002X 6222 **** **** 7890 a***@example.com"),
    Line("一二三四五六七，七六五四三二一，一二三四五六七八九十"),
    Line("一五一十地说，三三两两，七上八下"),
    Line("第一第二第三第四第五第六第七第八"),
    Line("1 2 3 4 5 6 7 8 9 10 11"),
    Line("10-20-30-40-50-60"),
    Line("尺码 160/84A 165/88A 170/92A"),
    Line("订单号13800138000"),
    Line("订单20261123-13800138000-01"),
    Line("满300减40，满500减80，共3件商品，尾号8000"),
    Line("9787111213826 这本书"),
    Line("https://shop.example/i?id=6222021234567894&t=13800138000", ((CARD, "6222021234567894"), (PHONE, "13800138000"))),
    Line("https://shop.example/u/13912345678/orders", ((PHONE, "13912345678"),)),
    Line("/u?phone=%2B86139%201234%2D5678&x=1", ((PHONE, "13912345678"),)),
    Line("%31%33%39%31%32%33%34%35%36%37%38", ((PHONE, "13912345678"),)),
    Line("to=zhang.san%40example.com&id=A1001", ((EMAIL, "to=zhang.san@example.com"),)),
    Line("(139)1234-5678 或 （139） 12345678", ((PHONE, "13912345678"), (PHONE, "13912345678"))),
    Line("139/1234/5678", ((PHONE, "13912345678"),)),
    Line("139_1234_5678", ((PHONE, "13912345678"),)),
    Line("139,1234,5678", ((PHONE, "13912345678"),)),
    Line("139，1234，5678", ((PHONE, "13912345678"),)),
    Line("139|1234|5678", ((PHONE, "13912345678"),)),
    Line("139*1234*5678", ((PHONE, "13912345678"),)),
    Line("139\n1234\n5678", ((PHONE, "13912345678"),)),
    Line("1391_2345_678", ((PHONE, "13912345678"),)),
    Line("1/3/9/1/2/3/4/5/6/7/8", ((PHONE, "13912345678"),)),
    Line("6222_0212_3456_7894", ((CARD, "6222021234567894"),)),
    Line("6222\n0212\n3456\n7894", ((CARD, "6222021234567894"),)),
    Line("110105/19491231/002X", ((ID, "11010519491231002X"),)),
    Line("110105,1949,1231,002X", ((ID, "11010519491231002X"),)),
    Line("user_13912345678", ((PHONE, "13912345678"),)),
    Line("user_13912345678_old", ((PHONE, "13912345678"),)),
    Line("zhang.san[at]example.com", ((EMAIL, "zhang.san@example.com"),)),
    Line("邮箱 zhang.san (at) example (dot) com。", ((EMAIL, "zhang.san@example.com"),)),
    Line("zhang.san（AT）example.com", ((EMAIL, "zhang.san@example.com"),)),
    Line("https://shop.example/orders/13800138000"),
    Line("https://shop.example/item/010876543210"),
    Line("order_13800138000"),
    Line("分别是 150,2000,3000 元"),
    Line("150/2000/3000"),
    Line("1500|300|2000"),
    Line("1500\n300\n2000"),
    Line("138,001,380.00"),
    Line("2026/11/23 13:45:00，2026-11-23T13:45:00.000Z，2026_11_23"),
    Line("IMG_20261123_153600.jpg"),
    Line("满100%20元，打折50%60%70%80%90%"),
    Line("见面[at]家"),
    Line("1/2/3/4/5/6/7/8/9/10/11"),
    Line("A1001/A1002/A1003，13/14/15/16/17/18"),
    Line("(150)2件 (139)"),
    Line("1e10 0x13800138000 v1.13800138000"),
    Line(""),
    Line("你好"),
    Line("The total was $1234567.89 on 12/11/2026"),
)  # fmt: skip


def labelled() -> list[Line]:
    draw = random.Random(SEED)
    generated = (mobiles, cards, resident_ids, addresses, not_sensitive)
    return [line for make in generated for line in make(draw)] + list(BY_HAND)
