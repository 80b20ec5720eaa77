{{ known_records('inventory') }}
