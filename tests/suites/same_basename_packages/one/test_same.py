def test_one():
    assert __name__ == "one.test_same"
