ORDER = []


def test_1():
    ORDER.append(1)


def test_3():
    ORDER.append(3)
