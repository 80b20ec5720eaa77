{{ quarantined_records('inventory') }}
