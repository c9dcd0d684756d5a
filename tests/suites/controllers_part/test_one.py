import pathlib

import pytest


def prepared():
    return (pathlib.Path(__file__).parent / "prepared.txt").read_text()


@pytest.mark.parametrize("number", range(4))
def test_uses_it(number):
    assert prepared() == "for all workers"


def test_fails():
    assert prepared() == "for me"
