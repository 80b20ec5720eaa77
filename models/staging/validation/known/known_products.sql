{{ known_records('products') }}
