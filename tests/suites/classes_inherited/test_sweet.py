from shared_cases import SharedCases


class Mixin:
    def test_mixin(self):
        assert self.flavour == 7

    def test_has_flavour(self):
        assert self.flavour == 7


class TestSweet(Mixin, SharedCases):
    flavour = 7
