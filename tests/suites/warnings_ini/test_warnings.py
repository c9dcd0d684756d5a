import warnings


def test_harmless():
    warnings.warn("harmless", UserWarning)


def test_spoken():
    warnings.warn("spoken", DeprecationWarning)


def test_error():
    warnings.warn("anything else", UserWarning)
