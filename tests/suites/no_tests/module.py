def test_not_found_because_of_the_file_name():
    raise AssertionError("never runs")
