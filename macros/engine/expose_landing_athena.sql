{# What has landed is Parquet on S3, below ATHENA_LAKE_DIR. Glue has a table for each feed, a partition for each batch, and
   a table for each operational table; columns that were declared since are added. dbt's own tables are Iceberg. Glue keeps
   names in lower case, whatever their declaration; folders are called as landing calls them. #}
{% macro athena__expose_landing() %}
    {% set lake = athena_lake() %}
    {% for schema in ['bronze', 'ops'] if not adapter.check_schema_exists(target.database, schema) %}
        {% do adapter.create_schema(api.Relation.create(database=target.database, schema=schema)) %}
    {% endfor %}
    {% for feed in var('feeds') %}
        {% set columns = bronze_columns(feed) %}
        {% do columns.pop('_batch_id') %}
        {% do athena_landing_table('bronze', feed | lower, columns, lake ~ '/bronze/' ~ feed ~ '/', '_batch_id') %}
    {% endfor %}
    {% for table, columns in var('ops_tables').items() %}
        {% do athena_landing_table('ops', table, columns, lake ~ '/ops/' ~ table ~ '/') %}
    {% endfor %}
    {% for table, columns in dbt_ops_tables().items() %}
        {% if adapter.get_relation(target.database, 'ops', table) is none %}
            {% do run_query(
                "create table if not exists `ops`.`" ~ table ~ "` (" ~ athena_ddl(columns) ~ ") location '" ~ lake
                ~ "/dbt/" ~ table ~ "/' tblproperties ('table_type' = 'ICEBERG', 'format' = 'parquet')"
            ) %}
        {% endif %}
    {% endfor %}
    {% do athena_add_partitions(lake) %}
{% endmacro %}


{# Where the lake lies on S3. #}
{% macro athena_lake() %}
    {% set lake = env_var('ATHENA_LAKE_DIR', '') %}
    {% if not lake.startswith('s3://') %}
        {{ exceptions.raise_compiler_error(
            "ATHENA_LAKE_DIR is '" ~ lake ~ "'. Set it to the S3 address of the lake, such as s3://bucket/lake."
        ) }}
    {% endif %}
    {{ return(lake.rstrip('/')) }}
{% endmacro %}


{# Makes the Glue table over the Parquet files below a location, or adds to it the columns that it lacks. #}
{% macro athena_landing_table(schema, table, columns, location, partition=none) %}
    {% set relation = adapter.get_relation(target.database, schema, table) %}
    {% if relation is none %}
        {% do run_query(
            "create external table if not exists `" ~ schema ~ "`.`" ~ table ~ "` (" ~ athena_ddl(columns) ~ ")"
            ~ (" partitioned by (`" ~ partition ~ "` string)" if partition else "")
            ~ " stored as parquet location '" ~ location ~ "'"
        ) %}
    {% else %}
        {% set new = athena_new_columns(columns, adapter.get_columns_in_relation(relation) | map(attribute='name')) %}
        {% if new %}
            {% do run_query("alter table `" ~ schema ~ "`.`" ~ table ~ "` add columns (" ~ athena_ddl(new) ~ ")") %}
        {% endif %}
    {% endif %}
{% endmacro %}


{# Those of some declared columns that a table of Glue's does not have yet. #}
{% macro athena_new_columns(columns, known) %}
    {% set known, new = known | map('lower') | list, {} %}
    {% for name, column in columns.items() if name | lower not in known %}{% do new.update({name: column}) %}{% endfor %}
    {{ return(new) }}
{% endmacro %}


{# Registers the partitions of visible batches that Glue does not know yet: a join on the batch then reads its files alone. #}
{% macro athena_add_partitions(lake) %}
    {% set known = [] %}
    {% for feed in var('feeds') %}
        {% do known.append("select '" ~ feed ~ "' as feed, _batch_id as batch_id from bronze.\"" ~ feed | lower ~ "$partitions\"") %}
    {% endfor %}
    {% set missing = {} %}
    {% for row in run_query(
        "select distinct files.feed, files.batch_id from " ~ source('ops', 'batch_files') ~ " as files inner join "
        ~ source('ops', 'batches') ~ " as batches on files.batch_id = batches.batch_id left join ("
        ~ known | join(' union all ') ~ ") as known on files.feed = known.feed and files.batch_id = known.batch_id"
        ~ " where known.batch_id is null order by 1, 2"
    ).rows if row[0] in var('feeds') %}
        {% do missing.setdefault(row[0], []).append(row[1]) %}
    {% endfor %}
    {% for feed, batches in missing.items() %}
        {# Glue takes a hundred at once #}
        {% for some in batches | batch(100) %}
            {% set partitions = [] %}
            {% for batch in some %}
                {% do partitions.append(
                    "partition (`_batch_id` = " ~ text_literal(batch) ~ ") location "
                    ~ text_literal(lake ~ "/bronze/" ~ feed ~ "/batch_id=" ~ batch ~ "/")
                ) %}
            {% endfor %}
            {% do run_query(
                "alter table `bronze`.`" ~ feed | lower ~ "` add if not exists " ~ partitions | join(' ')
            ) %}
        {% endfor %}
    {% endfor %}
{% endmacro %}


{# Columns as Hive's DDL wants them. #}
{% macro athena_ddl(columns) %}
    {% set hive = {'varchar': 'string', 'timestamp(6)': 'timestamp'} %}
    {% set parts = [] %}
    {% for name, column in columns.items() %}
        {% set type = sql_type(column.type) %}
        {% do parts.append("`" ~ name | lower ~ "` " ~ hive.get(type, type)) %}
    {% endfor %}
    {{ return(parts | join(', ')) }}
{% endmacro %}
