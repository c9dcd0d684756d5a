def test_a():
    pass


def verify_a():
    pass
