def test_first(backend, set_ups):
    assert set_ups.count(backend) == 1


def test_second(backend):
    assert backend != "postgres"


def test_without():
    pass
