"""Zip files that are the same for the same content, and small: libdeflate instead of zlib."""

from __future__ import annotations

import struct
import time
import zlib
from pathlib import Path

import deflate

_MADE_BY_UNIX = 3 << 8 | 20
_NEEDS = 20
_DEFLATED = 8
_UTF8 = 1 << 11


def write(path: Path, files: list[tuple[str, bytes, bool]], at: int) -> None:
    """Writes `files` (name, content, whether it is a program) in this order. `at`: their time in seconds since 1970."""
    moment = time.gmtime(at)
    date = (moment.tm_year - 1980) << 9 | moment.tm_mon << 5 | moment.tm_mday
    clock = moment.tm_hour << 11 | moment.tm_min << 5 | moment.tm_sec // 2
    body, directory = bytearray(), bytearray()
    for name, data, executable in files:
        packed = bytes(deflate.deflate_compress(data, 12))
        encoded = name.encode()
        mode = (0o100755 if executable else 0o100644) << 16
        common = struct.pack(
            "<HHHHHLLLHH",
            _NEEDS,
            _UTF8,
            _DEFLATED,
            clock,
            date,
            zlib.crc32(data),
            len(packed),
            len(data),
            len(encoded),
            0,
        )
        directory += b"PK\1\2" + struct.pack("<H", _MADE_BY_UNIX) + common
        directory += struct.pack("<HHHLL", 0, 0, 0, mode, len(body)) + encoded
        body += b"PK\3\4" + common + encoded + packed
    end = struct.pack("<HHHHLLH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    path.write_bytes(bytes(body + directory) + b"PK\5\6" + end)
