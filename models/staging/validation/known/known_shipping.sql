{{ known_records('shipping') }}
