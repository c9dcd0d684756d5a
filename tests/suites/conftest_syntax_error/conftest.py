def fixture(:
    pass
