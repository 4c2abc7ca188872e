"""How long frames take while something is scrolled: by the page's own clock, and from Chromium's trace of its main thread."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from playwright.async_api import CDPSession, Page

FRAMES = 300
STEP_PX = 120

# Scrolls what can be scrolled around the place that is found, and tells how far it came: a bench that scrolls nothing measures nothing.
SCROLL = """async ([find, frames, step]) => {
  let box = eval(find);
  while (box && (box.scrollHeight <= box.clientHeight || getComputedStyle(box).overflowY === "visible")) box = box.parentElement;
  if (!box) return { told: [], moved: 0 };
  const turn = box.scrollTop > 0 ? -1 : 1;
  const told = [];
  let moved = 0;
  let before = performance.now();
  for (let count = 0; count < frames; count++) {
    const from = box.scrollTop;
    if (step > 0) box.scrollTop += turn * step;
    moved += Math.abs(box.scrollTop - from);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    told.push(now - before);
    before = now;
  }
  return { told, moved };
}"""


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def three(values: Sequence[float]) -> str:
    return f"{percentile(values, 0.5):.1f} / {percentile(values, 0.95):.1f} / {max(values):.1f} ms"


class Trace:
    """Chromium's own record of what the page's main thread did."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._events: list[dict[str, Any]] = []
        self._done = asyncio.Event()
        session.on("Tracing.dataCollected", lambda part: self._events.extend(part["value"]))
        session.on("Tracing.tracingComplete", lambda _: self._done.set())

    async def __aenter__(self) -> Trace:
        categories = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
        await self._session.send("Tracing.start", {"traceConfig": {"includedCategories": categories}})
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.send("Tracing.end")
        await self._done.wait()

    def work(self) -> list[float]:
        """Milliseconds of processor time of the page's main thread in each frame: what other programs took meanwhile is not in it."""
        frames = [each for each in self._events if each["name"] == "FireAnimationFrame"]
        thread = (frames[0]["pid"], frames[0]["tid"])
        tasks = [each for each in self._events if each["name"] == "RunTask" and (each["pid"], each["tid"]) == thread]
        took = [(each["ts"], each.get("tdur", each.get("dur", 0))) for each in tasks]
        starts = [each["ts"] for each in frames]
        return [sum(dur for ts, dur in took if begin <= ts < end) / 1000 for begin, end in pairwise(starts)]

    def names(self, most: int = 12) -> str:
        """What the thread did, by Chromium's names, in milliseconds of processor time; one may lie within another."""
        frames = [each for each in self._events if each["name"] == "FireAnimationFrame"]
        thread = (frames[0]["pid"], frames[0]["tid"])
        spent: Counter[str] = Counter()
        for each in self._events:
            if (each["pid"], each["tid"]) == thread:
                spent[each["name"]] += each.get("tdur", 0) / 1000
        return ", ".join(f"{name} {ms:.0f}" for name, ms in spent.most_common(most))


async def scrolled(page: Page, find: str, step: int = STEP_PX, why: bool = False) -> str:
    """`step` 0: the same frames, and nothing moves. That is what the machine and the page cost by themselves."""
    session = await page.context.new_cdp_session(page)
    async with Trace(session) as trace:
        done = await page.evaluate(SCROLL, [find, FRAMES, step])
    if step and not done["moved"]:
        raise RuntimeError("nothing was scrolled")
    figures = f"interval {three(done['told'])}; work {three(trace.work())} (p50 / p95 / longest of {FRAMES} frames)"
    return f"{figures}\n    {trace.names()}" if why else figures
