"""Faults that stop a start, as one clear line for the operator."""

from bot.content.catalogue import ContentFault
from bot.core.command import RegistryFault
from bot.market.errors import MarketError
from bot.storage import StorageError
from engine.errors import ContractError

_STORAGE = {
    "database-locked": "the database is in use by another program",
    "database-read-only": "the database cannot be written to",
    "database-full": "there is no room left for the database",
    "database-unusable": "this is no database of Marginalia, it is damaged, or its address is wrong",
    "database-unavailable": "the database server does not answer or refuses the login",
    "database-too-new": "a newer version of Marginalia wrote this database; it was left untouched",
    "backup-refused": "this backup cannot be made",
}


def explained(fault: BaseException, database: str = "") -> str | None:
    """The line for a fault that an operator can mend; None for one that is ours. `database`: the setting that names it."""
    match fault:
        case StorageError():
            details = ", ".join(f"{name}: {value}" for name, value in fault.data.items())
            setting = f"{database}: " if database else ""
            said = _STORAGE.get(fault.code, fault.code)
            return f"marginalia: {setting}{said}" + (f" ({details})" if details else "")
        case MarketError():
            return f"marginalia: {market_fault(fault)}"
        case ContentFault() | RegistryFault():
            return "\n".join(("marginalia: the texts cannot be used:", *fault.faults))
        case ContractError():
            return f"marginalia: the contracts cannot be used: {fault}"
        case _:
            return None


def market_fault(fault: MarketError) -> str:
    """What is wrong with the description of a market, with what was given and what would be right."""
    details = "; ".join(f"{name}: {_listed(value)}" for name, value in fault.data.items())
    return f"{fault.code.replace('-', ' ')} ({details})"


def _listed(value: object) -> str:
    return ", ".join(str(each) for each in value) if isinstance(value, tuple) else str(value)
