{{ quarantined_records('shipping') }}
