from test_one import prepared


def test_uses_it_too():
    assert prepared()
