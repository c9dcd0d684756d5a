def test_other():
    assert 0
