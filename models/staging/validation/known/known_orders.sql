{{ known_records('orders') }}
