{{ quarantined_records('products') }}
