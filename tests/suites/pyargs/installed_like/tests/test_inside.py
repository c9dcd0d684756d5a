def test_inside():
    assert __name__ == "installed_like.tests.test_inside"
