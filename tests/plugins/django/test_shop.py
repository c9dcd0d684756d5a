import pytest
from django.test import TestCase
from shop.models import Item


@pytest.mark.django_db
def test_saves():
    Item.objects.create(name="one")
    assert Item.objects.count() == 1


@pytest.mark.django_db
def test_starts_empty():
    assert Item.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_in_a_transaction():
    Item.objects.create(name="two")
    assert Item.objects.get().name == "two"


def test_view(client):
    assert client.get("/hello/").content == b"hello"


def test_without_the_mark():
    Item.objects.count()


def test_settings(settings):
    settings.SECRET_KEY = "y"


class TestUnit(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.item = Item.objects.create(name="three")

    def test_has_it(self):
        assert Item.objects.get() == self.item

    def test_queries(self):
        with self.assertNumQueries(1):
            list(Item.objects.all())
