"""What the shop has."""

import json
from decimal import Decimal


class OutOfStock(Exception):
    """Raised when more is taken than there is."""


class Stock:
    def __init__(self, articles):
        """`articles` maps a name to (price, count)."""
        self._prices = {name: Decimal(price) for name, (price, _) in articles.items()}
        self._counts = {name: count for name, (_, count) in articles.items()}

    @classmethod
    def load(cls, path):
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def save(self, path):
        articles = {name: (str(price), self._counts[name]) for name, price in self._prices.items()}
        path.write_text(json.dumps(articles), encoding="utf-8")

    def price(self, name):
        return self._prices[name]

    def count(self, name):
        return self._counts[name]

    def take(self, name, count):
        if self._counts[name] < count:
            raise OutOfStock(f"{count} x {name} wanted, {self._counts[name]} there")
        self._counts[name] -= count

    def put_back(self, name, count):
        self._counts[name] += count
