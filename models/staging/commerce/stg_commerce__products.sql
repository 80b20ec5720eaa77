{{ valid_records('products') }}
