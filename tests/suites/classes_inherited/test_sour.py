from shared_cases import SharedCases
from shared_cases import TestImported  # noqa: F401
from shared_cases import test_function_from_elsewhere  # noqa: F401


class TestSour(SharedCases):
    flavour = "sour"

    def test_own(self):
        assert self.flavour == "sour"
