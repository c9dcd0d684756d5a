TRIES = []


def test_second_time_lucky():
    TRIES.append(1)
    assert len(TRIES) == 2


def test_never_lucky():
    assert 0


def test_lucky():
    pass
