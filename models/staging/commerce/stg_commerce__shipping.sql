{{ valid_records('shipping') }}
