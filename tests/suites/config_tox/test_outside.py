def test_outside():
    raise AssertionError("outside the testpaths")
