import os
import sys


def test_much_text_passes():
    for number in range(20_000):
        print("line", number)


def test_much_text_fails():
    for number in range(5_000):
        print("line", number, file=sys.stderr)
    assert 0


def test_past_the_capture(capfd):
    with capfd.disabled():
        os.write(1, b"y" * 200_000 + b"\n")


def test_after():
    pass
