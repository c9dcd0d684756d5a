def double(number: int) -> int:
    return number * 2


def test_double():
    assert double(2) == 4
