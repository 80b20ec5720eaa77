{{ quarantined_records('orders') }}
