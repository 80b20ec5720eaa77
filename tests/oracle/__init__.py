"""A second, plain-Python calculation of what Lakegraph makes of its drops: what the whole-way tests are held against.

It reads the same files and the same declarations (vars.yml) and shares no code with the project: no SQL, no Arrow, no
window functions, one record after the other. Its own small tests have hand-written values.
"""
