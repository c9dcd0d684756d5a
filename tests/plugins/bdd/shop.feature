Feature: A shop
  Scenario: Buying
    Given a shop with 3 apples
    When I buy 2 apples
    Then 1 apples are left

  Scenario Outline: Many
    Given a shop with <have> apples
    When I buy <buy> apples
    Then <left> apples are left

    Examples:
      | have | buy | left |
      | 5    | 1   | 4    |
      | 5    | 2   | 2    |
