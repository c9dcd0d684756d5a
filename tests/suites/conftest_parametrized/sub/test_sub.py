def test_sub(clock):
    assert clock == "sub"
