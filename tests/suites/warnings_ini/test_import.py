import warnings

warnings.warn("harmless at import", UserWarning)


def test_fine():
    pass
