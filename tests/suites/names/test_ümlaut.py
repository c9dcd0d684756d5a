def test_in_file():
    pass
