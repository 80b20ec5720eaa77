"""The project on the warehouses of production: the real dbt adapters against local stand-ins."""
