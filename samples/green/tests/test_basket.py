from decimal import Decimal

import pytest
from shop.basket import EmptyBasket


class TestTotal:
    def test_empty(self, basket):
        assert basket.total() == 0

    def test_one_article(self, basket):
        basket.add("bread")
        assert basket.total() == Decimal("3.20")

    @pytest.mark.parametrize("count", [1, 2, 10, 100])
    def test_many_of_one(self, basket, count):
        basket.add("apple", count)
        assert basket.total() == Decimal("0.50") * count
        assert len(basket) == count

    def test_several(self, basket):
        basket.add("apple", 4)
        basket.add("cheese")
        assert basket.total() == Decimal("14.99")


class TestCheckout:
    def test_bill(self, basket):
        basket.add("bread", 2)
        basket.add("apple")
        assert basket.checkout() == "1 x apple\n2 x bread\ntotal €6.90"

    def test_other_currency(self, basket):
        basket.add("cheese", 2)
        assert basket.checkout("USD").endswith("total $25.98")

    def test_empty(self, basket):
        with pytest.raises(EmptyBasket, match="nothing"):
            basket.checkout()

    @pytest.mark.xfail(raises=KeyError, reason="yen are not for sale yet")
    def test_unknown_currency(self, basket):
        basket.add("bread")
        basket.checkout("JPY")


@pytest.mark.parametrize("count", [0, -1])
def test_counts_are_positive(basket, count):
    with pytest.raises(ValueError, match="positive"):
        basket.add("apple", count)


def test_removing_puts_back(basket, stock):
    basket.add("cheese", 2)
    basket.remove("cheese")
    assert stock.count("cheese") == 2
    assert len(basket) == 0
