"""The whole way: landing, dbt and the loader, in order. The only package that knows all three."""
