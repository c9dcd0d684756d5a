def test_two(for_all):
    assert for_all.read_text() == "prepared"
