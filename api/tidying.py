"""Files that were sent and never said are nobody's: they go after a day. Every node looks, and what one takes the others do not find."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from datetime import timedelta

from api.file_store import FileStore, FilesUnavailable
from api.node import Node
from models.database import NO_SQL
from models.uploads import Uploads

KEPT = timedelta(days=1)
EVERY = timedelta(hours=1)
AT_ONCE = 200

logger = logging.getLogger("bellhop.api")


async def follow(node: Node) -> None:
    """For ever; not all nodes at the same time."""
    while True:
        await asyncio.sleep(EVERY.total_seconds() * random.uniform(0.5, 1.0))
        try:
            count = await asyncio.to_thread(tidied, node.uploads, node.files, int(time.time() * 1000))
        except (*NO_SQL, FilesUnavailable):
            logger.warning("files that were never said could not be taken away; it is tried again in an hour")
            continue
        if count:
            logger.info("%d files that were never said are gone", count)


def tidied(uploads: Uploads, files: FileStore, now: int) -> int:
    """How many. `now` in ms since 1970. The row goes first, as a message claims it by its row: bytes without one open nothing."""
    count = 0
    while ids := uploads.unsaid(now - int(KEPT.total_seconds() * 1000), AT_ONCE):
        for id in ids:
            if uploads.drop(id):
                files.delete(id)
                count += 1
    return count
