{{ valid_records('suppliers') }}
