import pytest
from shop.basket import Basket
from shop.stock import Stock

ARTICLES = {"apple": ("0.50", 100), "bread": ("3.20", 10), "cheese": ("12.99", 2)}


@pytest.fixture(scope="session")
def articles_file(tmp_path_factory):
    """Made once for the whole run."""
    path = tmp_path_factory.mktemp("shop") / "articles.json"
    Stock(ARTICLES).save(path)
    return path


@pytest.fixture
def stock(articles_file):
    return Stock.load(articles_file)


@pytest.fixture
def basket(stock):
    return Basket(stock)
