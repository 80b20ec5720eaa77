"""Benchmarks: `make bench NAME=landing`. Each prints a table and writes bench/results/<name>.json."""
