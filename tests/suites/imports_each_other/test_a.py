import test_b


def test_shared_state():
    assert test_b.STATE == []
    test_b.STATE.append(1)
