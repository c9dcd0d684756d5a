def test_b():
    pass


def verify_b():
    pass


class SuiteOne:
    def verify_one(self):
        assert 0

    def test_one(self):
        pass


class MoreCases:
    def verify_two(self):
        pass


class TestThree:
    def verify_three(self):
        pass
