def test_three():
    raise AssertionError("outside the testpaths")
