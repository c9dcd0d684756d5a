def test_started(started):
    assert started
