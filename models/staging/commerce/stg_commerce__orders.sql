{{ valid_records('orders') }}
