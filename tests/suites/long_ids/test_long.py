import pytest


@pytest.mark.parametrize("text", ["x" * 5000, "y " * 2000, "é" * 500], ids=lambda text: text)
def test_long(text):
    assert not text.startswith("y")


def test_a_name_that_goes_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on_and_on():
    assert 0
