{{ quarantined_records('categories') }}
