from pytest_bdd import given, parsers, scenarios, then, when

scenarios("shop.feature")


@given(parsers.parse("a shop with {n:d} apples"), target_fixture="shop")
def shop(n):
    return {"apples": n}


@when(parsers.parse("I buy {n:d} apples"))
def buy(shop, n):
    shop["apples"] -= n


@then(parsers.parse("{n:d} apples are left"))
def left(shop, n):
    assert shop["apples"] == n
