def test_default(cache):
    assert cache.get("never/set", "default") == "default"


def test_set(cache):
    cache.set("some/key", {"a": [1]})
    assert cache.get("some/key", None) == {"a": [1]}
