// What the demo shop says, in both languages.
import type { Language } from "../src/words.ts";

export const words = {
  zh: {
    name: "海港街",
    tag: "耐穿、好用的日常好物",
    turn: "English",
    lead: "买得放心，用得长久",
    more: "满 99 元包邮，七天无理由退货。有问题随时问右下角的客服，助手马上回答，需要时转接真人。",
    ask: "问问客服",
    try: "可以用订单号 A1001 到 A1012 试试",
    goods: "本周推荐",
    desk: "这是 Bellhop 的演示商店。客服同事在这里回复：",
    desk_link: "打开工作台",
    items: [["跑鞋", "¥399"], ["羽绒服", "¥699"], ["耳机", "¥299"], ["台灯", "¥159"], ["双肩包", "¥269"], ["水杯", "¥49"]],
  },
  en: {
    name: "Harbour Street",
    tag: "Everyday things that last",
    turn: "中文",
    lead: "Made to be used, for years",
    more: "Delivery is free from ¥99, and you have seven days to change your mind. Ask anything in the corner below: the assistant answers at once, and a person when you need one.",
    ask: "Ask us",
    try: "Try it with the orders A1001 to A1012",
    goods: "This week",
    desk: "This is Bellhop's demo shop. The people who answer sit at the desk:",
    desk_link: "Open the desk",
    items: [["Running shoes", "¥399"], ["Down jacket", "¥699"], ["Headphones", "¥299"], ["Desk lamp", "¥159"], ["Backpack", "¥269"], ["Mug", "¥49"]],
  },
} satisfies Record<Language, unknown>;
