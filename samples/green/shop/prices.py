"""Prices as people read them."""

from decimal import ROUND_HALF_UP, Decimal

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def parse(text):
    """Reads a price such as "1,234.50"."""
    return Decimal(text.replace(",", ""))


def discounted(price, percent):
    if not 0 <= percent <= 100:
        raise ValueError(f"{percent} is no percentage")
    return (price * (100 - percent) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)


def in_currency(price, currency):
    return f"{SIGNS[currency]}{price:,.2f}"
