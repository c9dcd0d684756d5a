def half(number: int) -> int:
    return str(number)


def test_half():
    assert half(2) == "2"
