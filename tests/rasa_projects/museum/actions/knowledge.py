"""The action over a knowledge base that comes with rasa-sdk, here with three paintings."""

from __future__ import annotations

from typing import Any

from rasa_sdk.knowledge_base.actions import ActionQueryKnowledgeBase
from rasa_sdk.knowledge_base.storage import InMemoryKnowledgeBase


class Hung(InMemoryKnowledgeBase):
    """In the order in which they hang: the knowledge base itself gives them in any."""

    async def get_objects(self, object_type: str, attributes: list, limit: int = 5) -> list:
        found: list[dict[str, Any]] = await super().get_objects(object_type, attributes, limit)
        return sorted(found, key=lambda each: each["id"])


class Query(ActionQueryKnowledgeBase):
    def __init__(self) -> None:
        super().__init__(Hung("paintings.json"))
