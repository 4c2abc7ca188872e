"""A font of this machine that has Chinese characters: matplotlib's own has none, and would draw boxes."""

from __future__ import annotations

from matplotlib import font_manager

# What Linux, Windows and macOS bring, and what packages of them add; the first that is there is taken.
CHINESE_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Noto Sans CJK JP", "Source Han Sans SC", "Source Han Sans CN",
    "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Heiti SC",
    "Heiti TC", "STHeiti", "Arial Unicode MS", "Noto Serif CJK SC",
    "Droid Sans Fallback",
)  # fmt: skip


def chinese_font() -> str | None:
    there = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE_FONTS if name in there), None)
