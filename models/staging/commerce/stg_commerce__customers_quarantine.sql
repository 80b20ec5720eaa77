{{ quarantined_records('customers') }}
