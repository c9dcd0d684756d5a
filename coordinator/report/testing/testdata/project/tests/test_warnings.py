import warnings

import pytest


@pytest.mark.parametrize("number", range(11))
def test_often(number):
    warnings.warn("seen again and again", stacklevel=1)


def test_once():
    warnings.warn("seen once\nin two lines", DeprecationWarning, stacklevel=1)
