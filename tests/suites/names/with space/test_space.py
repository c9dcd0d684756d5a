def test_space():
    pass
