"""One set of graph marts in DuckDB, as Delta tables, and as Iceberg tables in Glue: what the loader makes of each is the same.

`marts.py` makes the marts, `leg.py` is the process in which one engine's are written and loaded, `reading.py` reads a graph back.
"""
