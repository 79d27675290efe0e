"""The class report as a file for a spreadsheet."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from bot.core.reply import Attachment

KIND = "classreport"
"""What answers call this file (bot.core.files)."""
_NAMES = ("kind", "name", "people")


async def class_report_csv(wanted: Mapping[str, Any], person_id: str, language: str, zone: str) -> Attachment:
    """The rows that an answer wants as CSV: names are ids of skills and misconceptions, the same in every language.

    Numbers of people are rounded down as in the report, 0 where they are too few to be shown.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, _NAMES, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(wanted["rows"])
    return Attachment("classreport.csv", "text/csv", text.getvalue().encode())
