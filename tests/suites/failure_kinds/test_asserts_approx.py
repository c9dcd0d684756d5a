"""Assertions with approx."""

import decimal
import math

import pytest


def test_approx():
    assert 1.0 == pytest.approx(1.1)


def test_approx_tolerances():
    assert 10.0 == pytest.approx(11.0, rel=1e-3, abs=0.5)


def test_approx_list():
    assert [1.0, 2.0, 3.0] == pytest.approx([1.0, 2.5, 3.0])


def test_approx_lengths():
    assert [1.0] == pytest.approx([1.0, 2.0])


def test_approx_dict():
    assert {"a": 1.0, "b": 2.0} == pytest.approx({"a": 1.0, "b": 2.5})


def test_approx_keys():
    assert {"a": 1.0} == pytest.approx({"b": 1.0})


def test_approx_tuple():
    assert (0.1, 0.2) == pytest.approx((0.2, 0.2))


def test_approx_decimal():
    assert decimal.Decimal("1.0") == pytest.approx(decimal.Decimal("1.1"))


def test_approx_complex():
    assert 1 + 1j == pytest.approx(1 + 2j)


def test_approx_nan():
    assert math.nan == pytest.approx(math.nan)


def test_approx_infinity():
    assert 1.0 == pytest.approx(math.inf)


def test_approx_unequal():
    assert 1.0 != pytest.approx(1.0)


def test_approx_nested():
    assert [[1.0]] == pytest.approx([[1.0]])


def test_approx_text():
    assert 1.0 == pytest.approx("one")


def test_approx_none():
    assert None == pytest.approx(1.0)  # noqa: E711


def test_approx_less():
    assert 1.0 < pytest.approx(2.0)


def test_approx_of_set():
    assert {1.0} == pytest.approx({1.0})
