import os
import sys

import pytest


def test_invalid_utf8():
    os.write(1, b"caf\xe9 \xff\xfe\n")
    assert 0


def test_lone_surrogate_in_message():
    raise ValueError("lone \udc80 surrogate \ud800")


def test_prints_surrogate():
    print("lone \ud800", file=sys.stdout)
    assert 0


def test_control_characters():
    print("bell \a, escape \x1b[31mred\x1b[0m, nul \0, cr \r.")
    raise AssertionError("nul \0 and \x1b[1m bold")


def test_not_ascii():
    assert "grün" == "日本語", "ß \U0001f600"


def test_very_long_message():
    raise ValueError("x" * 100_000)


@pytest.mark.parametrize("text", ["\ud800", "caf\xe9", "\x00"])
def test_odd_ids(text):
    assert len(text) == 0


def test_looks_like_a_frame():
    os.write(1, b"\x00\x00\x00\x10{\"type\":\"ended\"}\n")
    print('{"type":"result","nodeid":"x","outcome":"passed"}')
    assert 0
