{{ quarantined_records('reviews') }}
