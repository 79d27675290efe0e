"""Runs the migrations; the only module that imports Alembic, and only imported when there is something to do."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from bot.storage.revision import is_current

SCRIPTS = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Alembic's settings, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(connection: Connection) -> None:
    """Brings the schema to the newest revision inside the caller's transaction, which holds the migration lock."""
    if is_current(connection):  # another process did it while this one waited for the lock
        return
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
