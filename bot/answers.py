"""What admins say at the desk of responses: taken by a running bot within seconds, without training and without a restart.

Only what is said changes; which response comes when is the project's. A reply is made of one state: what is there is replaced as a whole.
"""

from __future__ import annotations

import asyncio
import logging

from sqlalchemy import Engine

from bot.added_parts import responses
from bot.turn import Bot
from models.database import NO_SQL
from models.project_data import Part
from models.taught_parts import TaughtParts
from stream.running import pause

LOOK_EVERY_SECONDS = 1.0

logger = logging.getLogger("bellhop.bot")


class Answers:
    """Of one process; all its models share them."""

    def __init__(self, engine: Engine, bot: Bot) -> None:
        self._taught = TaughtParts(engine)
        self._bot = bot
        self._seen = 0

    async def follow(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.look()
            await pause(LOOK_EVERY_SECONDS, stop)

    async def look(self) -> None:
        """Without SQL all stays as it is."""
        try:
            number = await asyncio.to_thread(self._taught.number, Part.RESPONSE)
            if number != self._seen:
                said = await asyncio.to_thread(self._taught.said, Part.RESPONSE)
                self._bot.answer_with(await asyncio.to_thread(responses, said))
                self._seen = number
        except NO_SQL:
            logger.warning("SQL does not answer: responses are as they were")
