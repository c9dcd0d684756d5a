def test_a():
    pass


def test_stops(request):
    request.session.shouldstop = "a test said so"


def test_never():
    raise AssertionError("never runs")
