VALUE: int = 1
