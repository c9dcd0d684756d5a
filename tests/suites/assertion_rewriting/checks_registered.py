def check_registered(value):
    assert value == {"left": 3}
