{{ quarantined_records('suppliers') }}
