import pytest

from invoicing.shares import divide

CASES = [(100, (1, 1, 1)), (10, (1, 3, 3)), (11, (1, 3, 3)), (7, (5, 0, 9, 2)), (1, (1, 1)), (0, (2, 1))]


@pytest.mark.parametrize("amount,weights", CASES)
def test_mirror_image(amount, weights):
    assert divide(-amount, list(weights)) == [-share for share in divide(amount, list(weights))]


@pytest.mark.parametrize("amount", [-101, -7, -1, 0, 1, 7, 101])
def test_sum_is_exact(amount):
    assert sum(divide(amount, [3, 1, 4, 1, 5, 9, 2, 6])) == amount


def test_largest_loss_first_for_negative_amounts():
    assert divide(-10, [1, 3, 3]) == [-2, -4, -4]
    assert divide(-11, [1, 3, 3]) == [-1, -5, -5]


def test_weights_are_not_changed():
    weights = [0, 0]
    divide(-3, weights)
    assert weights == [0, 0]
