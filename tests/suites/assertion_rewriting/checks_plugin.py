def check_in_plugin(value):
    assert value == {"left": 2}
