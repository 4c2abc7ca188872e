"""What the bot has understood of a conversation, for the people who take it over. The bot writes it with each turn, masked."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Guess(msgspec.Struct, frozen=True, omit_defaults=True):
    """`titles` say the intent in words, by language; none: it has only its name. `confidence` from 0 to 1."""

    intent: str
    confidence: float
    titles: Mapping[str, str] = {}

    def title(self, language: str) -> str:
        """In this language, else in any, else the bare name."""
        return self.titles.get(language) or next(iter(self.titles.values()), self.intent.replace("_", " "))


class Known(msgspec.Struct, frozen=True, omit_defaults=True):
    """A slot with something in it. `sealed`: the value is masked, and can be opened where it was said."""

    name: str
    value: str
    sealed: bool = False


class Understood(msgspec.Struct, frozen=True, omit_defaults=True):
    """`text` is what was said, masked, and `ranking` what it may have meant, best first: of the last message that was more than asking
    for a person. `tries` in a row were not understood, or failed; `asking` is the slot that the bot had asked for; `zone`
    is empty where it was sure enough to answer, else `ask_back` or `hand_off`. `files`: so many came without words since then."""

    text: str = ""
    ranking: tuple[Guess, ...] = ()
    slots: tuple[Known, ...] = ()
    tries: int = 0
    asking: str = ""
    zone: str = ""
    files: int = 0


_decoder = msgspec.json.Decoder(Understood)


def written(understood: Understood) -> str:
    return msgspec.json.encode(understood).decode()


def read(field: str) -> Understood | None:
    """None where the bot has not written it, or another version of us has."""
    try:
        return _decoder.decode(field)
    except msgspec.DecodeError:
        return None
