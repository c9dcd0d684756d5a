"""What a customer is about to buy."""

from decimal import Decimal

from shop.prices import in_currency


class EmptyBasket(Exception):
    """Raised by a checkout without anything to pay for."""


class Basket:
    def __init__(self, stock):
        self._stock = stock
        self._lines = {}

    def add(self, name, count=1):
        if count < 1:
            raise ValueError(f"count must be positive, not {count}")
        self._stock.take(name, count)
        self._lines[name] = self._lines.get(name, 0) + count

    def remove(self, name):
        self._stock.put_back(name, self._lines.pop(name))

    def __len__(self):
        return sum(self._lines.values())

    def total(self):
        return sum((self._stock.price(name) * count for name, count in self._lines.items()), Decimal(0))

    def checkout(self, currency="EUR"):
        if not self._lines:
            raise EmptyBasket("nothing to pay for")
        lines = [f"{count} x {name}" for name, count in sorted(self._lines.items())]
        return "\n".join([*lines, f"total {in_currency(self.total(), currency)}"])
