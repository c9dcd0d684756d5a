import pytest


def test_passes():
    print("said")


def test_fails():
    assert 0


def test_extra(extras):
    assert extras == []


@pytest.mark.skip
def test_skips():
    pass


def test_metadata(metadata):
    assert "Python" in metadata
