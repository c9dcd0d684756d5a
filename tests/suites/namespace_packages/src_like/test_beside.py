import beside


def test_beside():
    assert beside.VALUE == 1
