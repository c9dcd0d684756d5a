def test_b(level, only_a):
    assert level == "root/a/b"
    assert only_a == "a"
