"""The customer's language, and the few sentences the bot has of its own."""

from __future__ import annotations

import re

CHINESE = "zh"
ENGLISH = "en"
_CJK = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
# A word without digits: order numbers and masked spans say nothing about the language.
_WORD = re.compile(r"(?<![\w*@.])[A-Za-z]{2,}(?![\w*@])")

REPHRASE = {
    CHINESE: "抱歉，我没有听懂。您能换个说法吗？",
    ENGLISH: "Sorry, I did not understand. Could you say it in other words?",
}
HANDING_OFF = {
    CHINESE: "正在为您转接人工客服，请稍候。",
    ENGLISH: "I am passing you to a person. One moment, please.",
}
TROUBLE = {
    CHINESE: "抱歉，我这边出了点问题，请稍后再试一次。",
    ENGLISH: "Sorry, something went wrong on my side. Please try once more in a moment.",
}
CANNOT_HELP = {
    CHINESE: "这件事我这里办不了。您可以问我别的，也可以转人工客服。",
    ENGLISH: "I cannot help with that myself. Ask me something else, or talk to a person.",
}
A_PERSON = {CHINESE: "转人工", ENGLISH: "Talk to a person"}
GOT_FILE = {
    CHINESE: "文件收到了，不过我看不了里面的内容。请用文字说一下是关于什么的？",
    ENGLISH: "I have your file, but I cannot look into it. Could you tell me in words what it is about?",
}
GOT_FILE_TOO = {CHINESE: "这个也收到了。", ENGLISH: "I have this one too."}
DID_YOU_MEAN = {CHINESE: "您是想说“{}”吗？", ENGLISH: 'Did you mean "{}"?'}
WHICH_ONE = {CHINESE: "您想说的是哪一个？", ENGLISH: "Which of these did you mean?"}
NONE_OF_THESE = {CHINESE: "都不是", ENGLISH: "None of these"}
ALSO_ASKED = {CHINESE: "您刚才还问到：", ENGLISH: "You also asked about this:"}
YES = {CHINESE: "是", ENGLISH: "Yes"}
NO = {CHINESE: "不是", ENGLISH: "No"}


def language_of(text: str) -> str | None:
    """None where the text is in no language: a number, a name of a thing, a sign."""
    if _CJK.search(text):
        return CHINESE
    return ENGLISH if _WORD.search(text) else None


def sentence(sentences: dict[str, str], language: str | None) -> str:
    return sentences[CHINESE if (language or "").lower().startswith(CHINESE) else ENGLISH]
