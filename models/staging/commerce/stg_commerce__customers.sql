{{ valid_records('customers') }}
