{# Raises one error that says what in `analytics` of vars.yml contradicts itself. #}
{% macro check_analytics() %}
    {% set settings, problems = var('analytics'), [] %}

    {% set months = [] %}
    {% for season in settings.seasons.values() %}{% do months.extend(season) %}{% endfor %}
    {% if months | sort != range(1, 13) | list %}
        {% do problems.append('seasons must name each month from 1 to 12 once, but they name ' ~ months | join(', ')) %}
    {% endif %}

    {% for bands, bound in {
        'age_segments': 'below', 'lifecycle': 'up_to', 'product_lifecycle': 'up_to'
    }.items() %}
        {% set bounds = settings[bands] | map(attribute=bound) | select('defined') | list %}
        {% if bounds | sort != bounds or bounds | unique | list | length < bounds | length %}
            {% do problems.append('the bounds of ' ~ bands ~ ' must rise, but they are ' ~ bounds | join(', ')) %}
        {% endif %}
        {% do problems.extend(last_band_problems(bands, [bound])) %}
    {% endfor %}
    {% do problems.extend(last_band_problems('value_segments', ['spent', 'orders'])) %}
    {% do problems.extend(last_band_problems('product_performance', ['revenue', 'orders'])) %}

    {% set hours = settings.times_of_day | map(attribute='from_hour') | list %}
    {% if hours | sort != hours or not hours or hours[0] < 0 or hours[-1] > 23 %}
        {% do problems.append('the hours of times_of_day must rise from 0 to 23, but they are ' ~ hours | join(', ')) %}
    {% endif %}
    {% if settings.weekend | reject('in', range(1, 8)) | list %}
        {% do problems.append('weekend must name days from 1 to 7, but it names ' ~ settings.weekend | join(', ')) %}
    {% endif %}
    {% if settings.default_margin is not number or settings.default_margin > 1 %}
        {% do problems.append('default_margin must be a number up to 1, but it is ' ~ settings.default_margin) %}
    {% endif %}
    {% if settings.exchange_rates and not settings.reporting_currency %}
        {% do problems.append('exchange_rates need a reporting_currency') %}
    {% endif %}
    {% for name, rate in (settings.exchange_rates or {}).items() if rate is not number or rate <= 0 %}
        {% do problems.append('the exchange rate of ' ~ name ~ ' must be above 0, but it is ' ~ rate) %}
    {% endfor %}

    {% if problems %}
        {{ exceptions.raise_compiler_error(
            'The analytics in vars.yml cannot be computed: ' ~ problems | join('; ') ~ '.'
        ) }}
    {% endif %}
{% endmacro %}


{# Only the last band may be without a bound, and must be. #}
{% macro last_band_problems(bands, bounds) %}
    {% set unbounded = [] %}
    {% for band in var('analytics')[bands] %}
        {% if not bounds | select('in', band) | list %}{% do unbounded.append(loop.index) %}{% endif %}
    {% endfor %}
    {% set last = var('analytics')[bands] | length %}
    {% if unbounded != [last] %}
        {{ return(['the last of ' ~ bands ~ ', and no other, must be without ' ~ bounds | join(' and ')]) }}
    {% endif %}
    {{ return([]) }}
{% endmacro %}
