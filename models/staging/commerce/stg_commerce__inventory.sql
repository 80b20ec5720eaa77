{{ valid_records('inventory') }}
