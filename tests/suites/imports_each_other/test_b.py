STATE = []


def test_own():
    assert STATE is not None
