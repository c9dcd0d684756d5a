def test_a():
    pass


class TestClass:
    def test_method(self):
        pass
