"""The product's story played against a running product, through the gateway alone.

`operations` (documents) → `person` (a signed-in client with live streams) → `story` (the steps,
each with what it expects) → `screen` (what is printed). `python -m tests.e2e.tour --help`.
"""
