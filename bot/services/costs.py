"""Where an account's result comes from: fees, funding, liquidations, and what the prices themselves gave.

The parts are read from the ledger, the open positions are valued at their marks; together they are what equity has
changed by since what was deposited, to the last digit.
"""

from dataclasses import dataclass
from decimal import Decimal

from bot.storage import UnitOfWork, journal
from bot.storage.accounts import Account
from engine.decimals import ZERO, exact
from engine.events import FundingPaid, PositionLiquidated
from engine.ledger import FEES, FUND, FUNDING, GRANT, REALISED
from engine.margin import account_figures
from engine.market import MarketSnapshot

WHOLE_JOURNAL = 1_000_000
_LOST, _PAID = "position-liquidated", "funding-paid"
_TRADES = ("position-opened", "position-increased", "position-reduced", "position-closed")


@dataclass(frozen=True, slots=True)
class Costs:
    """USDT; below zero: it took money. `given`: deposits. `equity`: wallet and unrealised PnL now.

    `liquidations`: realised losses and clearance fees of positions that the exchange closed, less what the insurance fund
    paid. `covered`: what the fund paid when a position was closed beyond its bankruptcy price. `closed`: realised PnL of what the
    person closed, `open`: PnL of what is still open. `funding_received` is part of `funding`.
    """

    given: Decimal
    equity: Decimal
    fees: Decimal
    funding: Decimal
    funding_received: Decimal
    liquidations: Decimal
    covered: Decimal
    closed: Decimal
    open: Decimal
    trades: int
    liquidated: int

    @property
    @exact
    def edge(self) -> Decimal:
        """What prices gave before all costs."""
        return self.closed + self.open + self.covered

    @property
    @exact
    def change(self) -> Decimal:
        """What equity has changed by, apart from deposits."""
        return self.equity - self.given

    @property
    @exact
    def parts(self) -> Decimal:
        """The sum of the parts."""
        return self.fees + self.funding + self.liquidations + self.edge


async def costs(unit: UnitOfWork, account: Account, market: MarketSnapshot) -> Costs:
    """The parts of an account's result so far."""
    booked = await journal.balances(unit, account.id)
    lost = await journal.entries(unit, account.id, limit=WHOLE_JOURNAL, kinds=(_LOST,))
    paid = await journal.entries(unit, account.id, limit=WHOLE_JOURNAL, kinds=(_PAID,))
    trades = await journal.count(unit, account.id, _TRADES)
    return _told(
        account,
        market,
        booked,
        [each.event for each in lost if isinstance(each.event, PositionLiquidated)],
        [each.event for each in paid if isinstance(each.event, FundingPaid)],
        trades,
    )


@exact
def _told(
    account: Account,
    market: MarketSnapshot,
    booked: dict[str, Decimal],
    lost: list[PositionLiquidated],
    paid: list[FundingPaid],
    trades: int,
) -> Costs:
    figures = account_figures(account.state, market)
    realised, fund = -booked.get(REALISED, ZERO), -booked.get(FUND, ZERO)
    their_realised = sum((each.realised for each in lost), ZERO)
    their_fund = sum((each.fund_gap - each.clearance_fee for each in lost), ZERO)
    return Costs(
        given=-booked.get(GRANT, ZERO),
        equity=figures.equity,
        fees=-booked.get(FEES, ZERO),
        funding=-booked.get(FUNDING, ZERO),
        funding_received=sum((each.amount for each in paid if each.amount > ZERO), ZERO),
        liquidations=their_realised + their_fund,
        covered=fund - their_fund,
        closed=realised - their_realised,
        open=figures.unrealised,
        trades=trades,
        liquidated=len(lost),
    )
