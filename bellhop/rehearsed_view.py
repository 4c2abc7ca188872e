"""What `bellhop shell` shows of a turn, line by line, in English or Chinese. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.dialogue.decide import By, Decision
from bot.dialogue.exchange import Reply
from bot.nlu.reading import Entity, Reading
from bot.project.domain import LISTEN, REQUESTED_SLOT
from bot.rehearsal import Rehearsed

GUESSES_SHOWN = 5
VALUE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language."""

    greeting: str
    read: str
    pressed: str
    confidence_out: str
    zones: dict[str, str]
    two: str
    entities: str
    decided: str
    by: dict[By, str]
    asked_back: str
    refused: str
    did: str
    slots: str
    no_slots: str
    form: str
    asks: str
    handoff: str
    due: str
    restarted: str
    help: str
    unknown: str
    preparing: str
    trained: str


ENGLISH = Words(
    greeting="Type a message. A number presses a button. /slots, /restart, /help, /quit. What is sensitive is masked as in the product.",
    read="read", pressed="button", confidence_out="out of scope",
    zones={"answer": "sure: answers", "ask_back": "in doubt: asks back", "hand_off": "lost: hands off"},
    two="two things", entities="entities", decided="decided",
    by={By.FOLLOWUP: "follow-up", By.LOOP: "form", By.RULE: "rule", By.MEMORY: "story", By.LEARNED: "learned",
        By.FALLBACK: "fallback"},
    asked_back="(not done: the bot asks back, or a person takes over)", refused="(had no use for it)", did="did", slots="slots",
    no_slots="No slot is set.", form="form", asks="asks for",
    handoff="A person would take over now ({}). What you type next is answered by the bot again.",
    due="A reminder would come in {:.0f} seconds; it does not come here.",
    restarted="A new conversation begins.",
    help="/slots shows what is set, /restart begins anew, /quit ends. /intent or /intent{\"entity\": \"value\"} presses a button.",
    unknown="There is no button {}.",
    preparing="Looking for a model of this project, else training one",
    trained="Trained to be tried; nothing went live.",
)  # fmt: skip
CHINESE = Words(
    greeting="请输入消息；输入数字即按下按钮。/slots、/restart、/help、/quit。敏感内容与产品中一样打码显示。",
    read="理解", pressed="按钮", confidence_out="超出范围",
    zones={"answer": "有把握：直接回答", "ask_back": "有疑问：反问", "hand_off": "没听懂：转人工"},
    two="两件事", entities="实体", decided="决定",
    by={By.FOLLOWUP: "后续动作", By.LOOP: "表单", By.RULE: "规则", By.MEMORY: "故事", By.LEARNED: "学得", By.FALLBACK: "兜底"},
    asked_back="（未执行：机器人反问，或转人工）", refused="（用不上这句话）", did="动作", slots="槽位",
    no_slots="还没有任何槽位。", form="表单", asks="正在询问",
    handoff="此时会转人工（{}）。您接下来输入的内容仍由机器人回答。",
    due="{:.0f} 秒后会有一次提醒；在这里不会触发。",
    restarted="开始新的对话。",
    help="/slots 查看槽位，/restart 重新开始，/quit 退出。/意图 或 /意图{\"实体\": \"值\"} 相当于按下按钮。",
    unknown="没有第 {} 个按钮。",
    preparing="正在寻找该项目的模型，没有则训练",
    trained="已训练一个供试用的模型；线上模型不变。",
)  # fmt: skip


def why(turn: Rehearsed, words: Words, at: float) -> Iterator[str]:
    """What was understood, what was decided and by whom, and what changed."""
    if turn.reading is not None:
        yield from _read(turn.reading, words)
    yield from _decided(turn, words)
    yield _line(words.did, ", ".join(turn.outcome.actions))
    for name, (before, after) in turn.changed.items():
        if name != REQUESTED_SLOT:
            yield _line(words.slots, f"{name}: {short(before)} → {short(after)}")
    if turn.loop is not None:
        asks = f", {words.asks} {turn.requested}" if turn.requested else ""
        yield _line(words.form, f"{turn.loop}{asks}")
    if turn.outcome.due is not None:
        yield words.due.format(max(turn.outcome.due - at, 0.0))
    if turn.outcome.handoff is not None:
        yield words.handoff.format(turn.outcome.handoff)


def said(reply: Reply, first: int) -> Iterator[str]:
    """`first` is the number of its first button."""
    for line in (reply.text or "").splitlines():
        yield f"bot: {line}"
    if reply.image:
        yield f"bot: [picture] {reply.image}"
    for name, value in (("custom", reply.custom), ("attachment", reply.attachment), ("elements", reply.elements)):
        if value:
            yield f"bot: [{name}] {short(value)}"
    for number, button in enumerate((*reply.buttons, *reply.quick_replies), first):
        yield f"    {number}) {button.title}  {button.payload}"


def short(value: object) -> str:
    """Of a value that somebody else made, so much as a line holds."""
    text = str(value)
    return text if len(text) <= VALUE_CHARACTERS else text[:VALUE_CHARACTERS] + "…"


def _read(reading: Reading, words: Words) -> Iterator[str]:
    guesses = (f"{reading.full(each.name)} {each.confidence:.2f}" for each in reading.ranking[:GUESSES_SHOWN])
    yield _line(words.read, " · ".join(guesses))
    yield _line("", f"{words.zones[reading.zone]}; {words.confidence_out} {reading.out_of_scope:.2f}")
    if reading.clauses:
        yield _line(words.two, " + ".join(each.reading.full(each.reading.intent.name) for each in reading.clauses))
    if reading.entities:
        yield _line(words.entities, " · ".join(map(_entity, reading.entities)))


def _entity(entity: Entity) -> str:
    marks = "".join(f" {name} {mark}" for name, mark in (("role", entity.role), ("group", entity.group)) if mark)
    return f"{entity.entity}{marks} = {short(entity.value)}"


def _decided(turn: Rehearsed, words: Words) -> Iterator[str]:
    """What was done in its order; between lies what was decided and had no use for what was said."""
    decisions, done = turn.outcome.decisions, list(turn.outcome.actions)
    for at, decision in enumerate(decisions):
        undone = ""
        if done and done[0] == decision.action:
            done.pop(0)
        elif decision.action != LISTEN:
            undone = f" {words.asked_back if len(decisions) == 1 else words.refused}"
        if decision.action != LISTEN or at == 0:
            yield _line(words.decided, f"{_by(decision, words)} → {decision.action}{undone}")


def _by(decision: Decision, words: Words) -> str:
    name = f" “{decision.rule}”" if decision.rule else ""
    share = f" {decision.confidence:.2f}" if decision.by is By.LEARNED else ""
    return f"{words.by[decision.by]}{name}{share}"


def _line(name: str, text: str) -> str:
    return f"  {name:<9} {text}"
