def test_used(snapshot):
    assert 1 == snapshot


def test_plain():
    pass
