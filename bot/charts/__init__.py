"""Pictures: a spec of plain values becomes a PNG in a worker process, or a compact text chart (docs/charts.md)."""
