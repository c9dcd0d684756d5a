"""Names that are no text: in Python with the surrogates of `surrogateescape`, in messages with private characters.

"test_\\udcff.py", as pytest has the name, is "test_\\U0010ffff.py" in a message. base/byte_text.h tells the rule: both
ways, and no two names have the same text. A message has the private characters in the fields of _NAMES. Other fields
are for people: there a surrogate is written as a backslash and its code, which is one way.
"""

from __future__ import annotations

import re
from typing import Any

# Fields that are names of files or tests, or begin with one.
_NAMES = frozenset(
    {
        "boundaries",
        "cache_dir",
        "group",
        "inipath",
        "location_path",
        "module",
        "modules",
        "native",
        "node_id",
        "node_ids",
        "rootdir",
    }
)
# Every private character begins with this in UTF-8.
MARK = b"\xf4\x8f"
# U+10FF80 to U+10FFFF, in JSON as UTF-8.
_ESCAPED = re.compile(rb"(?:\xf4\x8f[\xbe\xbf][\x80-\xbf])+")
_SPECIAL = re.compile("[\U0010ff80-\U0010ffff\udc80-\udcff]")
_OTHER_SURROGATE = re.compile("[\ud800-\udfff]")


def text_of(name: str) -> str:
    """Returns the text of a name: without the surrogates of bytes that are no UTF-8."""

    def escape(match: re.Match[str]) -> str:
        return "".join(chr(0x10FF00 + byte) for byte in match.group().encode("utf-8", "surrogateescape"))

    return _SPECIAL.sub(escape, name)


def for_message(value: Any, is_name: bool = False) -> Any:
    """Returns a part of a message with nothing in it that UTF-8 does not have."""
    if isinstance(value, str):
        return _OTHER_SURROGATE.sub(lambda match: f"\\u{ord(match.group()):04x}", text_of(value) if is_name else value)
    if isinstance(value, dict):
        return {for_message(key): for_message(item, is_name or key in _NAMES) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [for_message(item, is_name) for item in value]
    return value


def from_json(payload: bytes) -> bytes:
    """Returns JSON that gives the names as Python has them."""

    def unescape(match: re.Match[bytes]) -> bytes:
        text = match.group()
        # The third byte tells bytes from 0x80 on from those from 0xC0 on.
        raw = bytes((0x80 if text[i + 2] == 0xBE else 0xC0) | text[i + 3] & 0x3F for i in range(0, len(text), 4))
        name = raw.decode("utf-8", "surrogateescape")
        return "".join(f"\\u{ord(c):04x}" if 0xDC80 <= ord(c) <= 0xDCFF else c for c in name).encode()

    return _ESCAPED.sub(unescape, payload)
