"""Snapshots that translators read: `LANGUAGE/FRONT/TOPIC.txt`, plain text."""

from pathlib import Path

from syrupy.data import Snapshot, SnapshotCollection, SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from syrupy.location import PyTestLocation
from syrupy.types import SnapshotIndex

ROOT = Path(__file__).parent
TEST = "test_every_answer"
"""The only test with snapshots here: they are known by its name."""


class Transcript(SingleFileSnapshotExtension):
    """One file an assertion, which names it: `snapshot(name="es/telegram/trade")`."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        return TEST

    @classmethod
    def get_location(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        return str(ROOT / f"{index}.{cls.file_extension}")

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        return str(ROOT)

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        return test_location.methodname == TEST and Path(snapshot_location).is_relative_to(ROOT)

    def discover_snapshots(
        self, *, test_location: PyTestLocation, ignore_extensions: list[str] | None = None
    ) -> SnapshotCollections:
        """The text files, so that one that no test writes any more is found; never the code beside them."""
        found = SnapshotCollections()
        for path in sorted(ROOT.glob(f"*/*/*.{self.file_extension}")):
            found.add(self.read_snapshot_collection(snapshot_location=str(path)))
        return found

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        collection = SnapshotCollection(location=snapshot_location)
        collection.add(Snapshot(name=TEST))
        return collection
