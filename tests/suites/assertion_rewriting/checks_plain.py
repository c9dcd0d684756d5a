def check_plain(value):
    assert value == {"left": 4}
