def test_two():
    assert __name__ == "two.test_same"
