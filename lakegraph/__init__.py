"""Lakegraph: from files dropped in a lakehouse to a property graph that equals them."""
