"""Pictures that go with answers: from figures to data that can be kept, and from that data to a spec (docs/charts.md).

What a picture shows is in the data of its answer; only curves and candles, which carry no printed figure, are added.
"""
