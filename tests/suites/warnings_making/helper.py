import warnings


def parameters(count):
    warnings.warn("parameters() is old", DeprecationWarning, stacklevel=1)
    return range(count)
