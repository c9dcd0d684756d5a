import os


def is_prepared():
    return os.environ.get("OWN_LOOP_PREPARED") == "yes"


def test_one():
    prepared = is_prepared()
    assert prepared


def test_two():
    prepared = is_prepared()
    assert prepared


def test_fails():
    prepared = is_prepared()
    assert not prepared
