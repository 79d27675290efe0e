"""How far a cross account with several symbols is from liquidation, measured in the moves its prices usually make.

The first-order reliability method: among all joint moves of the prices that liquidate the account, the one that needs
the fewest standard deviations is looked for (Hasofer and Lind, 1974), and beyond it the border is taken to be straight.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

_ROUNDS = 60
_CLOSE = 1e-9
_FARTHEST = 12.0
"""Beyond so many standard deviations there is nothing to look for."""

Vector = list[float]
Matrix = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Exposed:
    """A cross position: the place of its symbol, its side's sign, its notional now and at entry in USDT, and the rate and
    amount of each maintenance bracket.
    """

    place: int
    sign: float
    notional: float
    entry: float
    brackets: tuple[tuple[float, float], ...]


def cross_distance(wallet: float, positions: Sequence[Exposed], covariance: Matrix) -> float | None:
    """The least size of a joint move that liquidates, in standard deviations; 0 if it is due, None if nothing near does.

    `covariance` is that of the log prices over the whole time.
    """
    count = len(covariance)
    if _health(wallet, positions, [0.0] * count)[0] <= 0:
        return 0.0
    factor = cholesky(covariance)
    move: Vector = [0.0] * count
    for _ in range(_ROUNDS):
        health, slope = _seen(wallet, positions, factor, move)
        length = sum(each * each for each in slope)
        if length == 0.0:
            return None
        scale = (sum(map(_product, slope, move)) - health) / length
        following = [scale * each for each in slope]
        size = _size(following)
        if size > _FARTHEST:
            following = [each * _FARTHEST / size for each in following]
        step = _size([a - b for a, b in zip(following, move, strict=True)])
        move = following
        if step < _CLOSE:
            break
    found = _size(move)
    return None if found >= _FARTHEST else found


def cholesky(matrix: Matrix) -> list[Vector]:
    """The lower factor of a covariance; a direction in which nothing moves stays zero."""
    count = len(matrix)
    lower = [[0.0] * count for _ in range(count)]
    for row in range(count):
        for column in range(row + 1):
            rest = matrix[row][column] - sum(lower[row][k] * lower[column][k] for k in range(column))
            if row == column:
                lower[row][row] = sqrt(max(0.0, rest))
            elif lower[column][column] > 0.0:
                lower[row][column] = rest / lower[column][column]
    return lower


def _seen(
    wallet: float, positions: Sequence[Exposed], factor: list[Vector], move: Vector
) -> tuple[float, Vector]:
    """Balance less maintenance after a move of independent directions, and its slope in them."""
    count = len(move)
    logs = [sum(factor[row][k] * move[k] for k in range(row + 1)) for row in range(count)]
    health, slope = _health(wallet, positions, logs)
    return health, [sum(factor[row][k] * slope[row] for row in range(k, count)) for k in range(count)]


def _health(wallet: float, positions: Sequence[Exposed], logs: Vector) -> tuple[float, Vector]:
    """Balance less maintenance once log prices moved by so much, and its slope (docs/margin.md §Liquidation)."""
    health, slope = wallet, [0.0] * len(logs)
    for each in positions:
        size = each.notional * exp(logs[each.place])
        rate, amount = max(each.brackets, key=lambda bracket: size * bracket[0] - bracket[1])
        health += each.sign * (size - each.entry) - (size * rate - amount)
        slope[each.place] += (each.sign - rate) * size
    return health, slope


def _size(vector: Vector) -> float:
    return sqrt(sum(each * each for each in vector))


def _product(one: float, other: float) -> float:
    return one * other
