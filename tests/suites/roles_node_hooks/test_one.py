import pytest


@pytest.mark.parametrize("number", range(3))
def test_one(database, number):
    assert database.startswith("db")
