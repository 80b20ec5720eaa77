{{ valid_records('reviews') }}
