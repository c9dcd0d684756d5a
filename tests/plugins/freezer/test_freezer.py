import datetime

import pytest


@pytest.mark.freeze_time("2020-01-02")
def test_stands_still():
    assert datetime.date.today() == datetime.date(2020, 1, 2)


def test_moves(freezer):
    freezer.move_to("2021-05-06")
    assert datetime.date.today() == datetime.date(2021, 5, 6)


def test_is_undone():
    assert datetime.date.today() > datetime.date(2022, 1, 1)


@pytest.mark.freeze_time("2020-01-02")
def test_fails():
    assert datetime.datetime.now().year == 2019
