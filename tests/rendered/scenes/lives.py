"""What Ana has done before a scene begins."""

LONG = ("/open btc long 10x isolated 500", "!press Confirm")
LONG_CROSS = ("/open btc long 10x cross 500", "!press Confirm")
SHORT_CROSS = ("/open eth short 5x cross 400", "!press Confirm")
TWO = (*LONG, *SHORT_CROSS)
LIQUIDATED = (*LONG, "!price btc 45000")
