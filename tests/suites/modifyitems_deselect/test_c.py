def test_last():
    raise AssertionError("runs, and fails")
