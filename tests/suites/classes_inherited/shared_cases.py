class SharedCases:
    flavour = None

    def test_has_flavour(self):
        assert self.flavour

    def test_flavour_is_text(self):
        assert isinstance(self.flavour, str)


class TestImported:
    def test_from_elsewhere(self):
        assert True


def test_function_from_elsewhere():
    assert True
