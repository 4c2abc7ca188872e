"""E-mail addresses in running text, Chinese or English, with international domains. Looks outward from each @."""

from __future__ import annotations

import re
from collections.abc import Iterator

LOCAL_CHARACTERS = 64

_ALNUM = "a-zA-Z0-9"
_WIDE = "\u00a1-\u1fff\u2c00-\u2fdf\u3040-\ud7ff\U00010000-\U0010ffff"
# Chinese runs on behind an address without a space: an ASCII name ends where ASCII ends.
_DOMAIN = rf"(?:[{_ALNUM}](?:[{_ALNUM}-]{{0,61}}[{_ALNUM}])?\.){{1,8}}(?:xn--[{_ALNUM}-]{{2,59}}|[a-zA-Z]{{2,24}})(?![{_ALNUM}])"
_WIDE_DOMAIN = (
    rf"(?:[{_ALNUM}{_WIDE}](?:[{_ALNUM}{_WIDE}-]{{0,61}}[{_ALNUM}{_WIDE}])?\.){{1,8}}"
    rf"(?:[a-zA-Z]{{2,24}}(?![{_ALNUM}])|中国|中國|公司|网络|網絡|香港|台湾|台灣|在线|商城|集团|рф|みんな|한국|भारत)"
)
_AT = re.compile(rf"(?<=[{_ALNUM}_+{_WIDE}-])@(?=(?P<domain>{_DOMAIN}|{_WIDE_DOMAIN}))")
_LOCAL = re.compile(rf"[{_ALNUM}!#$%&'/=?^_`{{|}}~+-]+(?:\.[{_ALNUM}!#$%&'/=?^_`{{|}}~+-]+)*$")
# A local part in another script begins behind the last word that is none of it: 邮箱是用户@例子.中国.
_WIDE_LOCAL = re.compile(rf"[{_ALNUM}{_WIDE}._-]+$")
_NOT_LOCAL = re.compile(r".*(?:邮箱|邮件|地址|[是为到给在])(?=.)")
_FILE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|js|css|html?|json|pdf|tgz|zip|latest)$", re.IGNORECASE)


def addresses(plain: str) -> Iterator[tuple[int, int]]:
    """Spans of addresses in text of plain spelling."""
    done = 0
    for at in _AT.finditer(plain):
        end = at.end("domain")
        # image@2x.png is a file; git@host:path is where code lies.
        if (
            at.start() < done
            or _FILE.search(at["domain"])
            or (plain[end : end + 1] == ":" and plain[end + 1 : end + 2].isalnum())
        ):
            continue
        start = _local_start(plain, max(done, at.start() - LOCAL_CHARACTERS - 1), at.start())
        if start is not None:
            done = end
            yield start, end


def _local_start(plain: str, earliest: int, at: int) -> int | None:
    before = plain[earliest:at]
    local = _LOCAL.search(before)
    if local is not None:
        # RFC 5321 allows 64; what is longer is no address, and to take its tail would cut some other number in two.
        return earliest + local.start() if len(local[0]) <= LOCAL_CHARACTERS else None
    wide = _WIDE_LOCAL.search(before)
    if wide is None:
        return None
    lead = _NOT_LOCAL.match(wide[0])
    return earliest + wide.start() + (lead.end() if lead else 0)
