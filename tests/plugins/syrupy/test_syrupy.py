def test_same(snapshot):
    assert [1, 2] == snapshot


def test_other(snapshot):
    assert "new" == snapshot


def test_plain():
    pass
