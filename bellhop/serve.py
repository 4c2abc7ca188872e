"""`bellhop serve`: everything on this machine."""

from __future__ import annotations

import asyncio
import logging

from bellhop import logs
from bellhop.part import refuse_bad_level
from bellhop.supervisor import Supervisor
from models.settings import Settings


def run(settings: Settings) -> None:
    refuse_bad_level(settings)
    logs.start(settings, "serve")
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    await Supervisor(settings, _say, logging.getLogger("bellhop").warning).run()


def _say(line: str) -> None:
    print(line, flush=True)
