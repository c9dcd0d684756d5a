def test_colour(colour):
    assert colour == "red"


def test_cache(cache):
    cache.set("some/key", [1])
    assert cache.get("some/key", None) == [1]


def test_capsys(capsys):
    print("hello")
    assert capsys.readouterr().out == "hello\n"
