def test_2():
    pass


def test_4():
    pass


class TestClass:
    def test_0(self):
        pass
