class Own(BaseException):
    pass


class TestNothing:
    def __init__(self):
        pass

    def test_one(self):
        pass
