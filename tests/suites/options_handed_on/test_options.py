def test_seen(seen):
    assert seen == ("second", ["a", "b c"], True, "hello there")
