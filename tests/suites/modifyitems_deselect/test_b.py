def test_slow_only():
    raise AssertionError("deselected")
