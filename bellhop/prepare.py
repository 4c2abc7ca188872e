"""What the first start makes and every start checks: schema, key ring, number of partitions, the first admin, a model."""

from __future__ import annotations

from bellhop import logs, migrate, store, train, users
from bellhop.failure import USAGE, Failure
from bellhop.tie import Tie
from models.database import open_engine, record_once
from models.sealed import KeyRing
from models.settings import Settings
from stream import keys


def run(settings: Settings, tie: int | None) -> None:
    """Each step does nothing when its work is there; so a start that was interrupted is finished by the next."""
    logs.start(settings, "prepare")
    if tie is not None:
        Tie(tie).watch(settings.drain)
    store.require(settings)
    KeyRing.load_or_create(settings.key_file)
    migrate.run(settings, quiet=True)
    fix_partitions(settings)
    train.when_there_is_none(settings)
    users.first_admin(settings)  # last: what training prints must not push the password out of sight


def fix_partitions(settings: Settings) -> None:
    """On record in SQL too: a store that lost its data must not be set up with another number."""
    engine = open_engine(settings.sql_url)
    try:
        fixed = record_once(engine, keys.PARTITIONS, str(settings.partitions))
    finally:
        engine.dispose()
    if fixed != str(settings.partitions):
        raise Failure(
            f"BELLHOP_PARTITIONS is {settings.partitions}, but this deployment was made with {fixed}.",
            f"Set BELLHOP_PARTITIONS={fixed}.",
            USAGE,
        )
