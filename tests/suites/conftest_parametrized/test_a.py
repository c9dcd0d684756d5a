def test_one():
    pass


def test_two(clock):
    assert clock != "local"
