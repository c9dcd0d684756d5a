def test_one(for_all):
    assert for_all.read_text() == "prepared"
