{{ valid_records('categories') }}
