import allure


@allure.title("a title")
def test_step():
    with allure.step("a step"):
        pass


def test_wrong():
    allure.attach("text", name="attachment")
    assert 0
