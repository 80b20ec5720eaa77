{{ known_records('customers') }}
