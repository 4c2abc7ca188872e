"""From the outcome of a turn to the change for the log. What the bot says is masked like everything else that is written."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot import turn
from bot.turn import Heard, Outcome, Reply
from handoff import desk
from models.conversation import Conversation, Expect, Holder
from models.entry import Author, AuthorKind, Button, Message, Note
from models.sealed import KeyRing
from models.sensitive import seal_text
from models.understood import written
from stream.change import Change

BOT = Author(AuthorKind.BOT)
BOT_FAILED = "bot_failed"
TOPIC_CHARACTERS = 100
_NOTHING: Mapping[str, str] = MappingProxyType({})

_SORRY = {
    "zh": "抱歉，我这边出了点问题，正在为您转接人工客服。",
    "en": "Sorry, something went wrong on my side. I am passing you to a person.",
}

_SILENT = {"zh": "机器人没有回复这条消息。", "en": "The bot had nothing to say to this."}
_REMINDED = {"zh": "一个提醒到时了，机器人没有说话。", "en": "A reminder was due, and the bot had nothing to say."}


def spoken(
    state: Conversation, heard: Heard, outcome: Outcome, ring: KeyRing, at: int, more: Mapping[str, str] = _NOTHING
) -> Change:
    """The bot's messages and, where the turn asks for it, the move to the queue, in one change. `more` fields go with it."""
    row = ":".join(["bot", heard.conversation, str(heard.seq), *filter(None, [heard.reminder])])
    messages = tuple(_message(reply, ring, f"{row}:{i}", outcome.language) for i, reply in enumerate(outcome.replies))
    fields = {"tracker": outcome.tracker.decode(), "understood": written(outcome.understood), **more}
    if outcome.language:
        fields["language"] = outcome.language
    if outcome.handoff:
        fields["topic"] = outcome.topic[:TOPIC_CHARACTERS]
    return _turn(state, heard, messages, fields, outcome.handoff, at)


def broken(state: Conversation, heard: Heard, at: int) -> Change:
    """The bot could not answer: it says so, and a person is asked for."""
    sorry = Message(BOT, _SORRY["zh" if state.language.startswith("zh") else "en"])
    return _turn(state, heard, (sorry,), {}, BOT_FAILED, at)


def _turn(
    state: Conversation,
    heard: Heard,
    messages: tuple[Message, ...],
    fields: dict[str, str],
    reason: str | None,
    at: int,
) -> Change:
    """`expect` carries holder and `answered`: the bot cannot speak over an agent, and a late twin is refused. Reminders answer nothing."""
    fields = fields if heard.reminder else {**fields, "answered": str(heard.seq)}
    add = {"unread_customer": len(messages)} if messages else {}
    if reason is None:
        expect = Expect(holder=Holder.BOT, answered=state.answered)
        return Change(state.id, messages or (_silent(state, heard),), expect=expect, set=fields, add=add)
    move = desk.ask(state, BOT, at, reason)
    expect = Expect(holder=Holder.BOT, answered=state.answered, token=state.token)
    return Change(state.id, (*messages, *move.entries), expect=expect, set={**fields, **move.set}, add=add)


def _silent(state: Conversation, heard: Heard) -> Note:
    """Fields travel with an entry: without one what the turn came to would never reach the archive. People see why nothing was said."""
    told = _REMINDED if heard.reminder else _SILENT
    return Note(BOT, told["zh" if state.language.startswith("zh") else "en"])


def _message(reply: Reply, ring: KeyRing, row: str, language: str | None) -> Message:
    text, sealed = seal_text(reply.text or "", ring, row)
    return Message(
        BOT,
        text,
        buttons=_buttons(reply.buttons),
        quick_replies=_buttons(reply.quick_replies),
        elements=reply.elements,
        image=reply.image,
        custom=reply.custom,
        attachment=reply.attachment,
        sealed=sealed,
        row=row if sealed else "",
        language=language,
    )


def _buttons(buttons: tuple[turn.Button, ...]) -> tuple[Button, ...]:
    return tuple(Button(each.title, each.payload) for each in buttons)
