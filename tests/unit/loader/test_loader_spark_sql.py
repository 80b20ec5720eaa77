"""The statement that decides on every row, compared as a whole text."""

from graph_loader.declarations import Column, EdgeDeclaration, End, Model, NodeDeclaration
from graph_loader.spark_sql import difference, literal
from graph_loader.types import property_type


def columns(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, property_type(data_type), data_type) for name, data_type in types.items())


def test_a_label_without_a_ledger():
    node = NodeDeclaration(Model("m", columns=columns(id="bigint", at="timestamp", tags="varchar[]")), "N", ("id",))

    assert difference(node, has_known=False) == (
        "with travelling as (\n"
        "    select cast(`id` as bigint) as `_key_id`, replace(cast(`at` as string), ' ', 'T') as `at`, "
        "cast(`tags` as array<string>) as `tags`, cast(_source_file as string) as _source_file, "
        "cast(_source_line as bigint) as _source_line, cast(_batch_id as string) as _batch_id from graph_mart\n"
        "),\n"
        "hashed as (\n"
        "    select *, unhex(md5(to_json(named_struct('at:LOCAL DATETIME', `at`, 'tags:LIST<STRING NOT NULL>', `tags`)))) "
        "as _hash from travelling\n"
        "),\n"
        "found as (\n"
        "    select * from hashed\n"
        "),\n"
        "counted as (\n"
        "    select *, count(*) over (partition by `_key_id`) as _copies, min(_hash) over (partition by `_key_id`) as _lowest, "
        "max(_hash) over (partition by `_key_id`) as _highest, row_number() over (partition by `_key_id` "
        "order by _hash, _source_file nulls last, _source_line nulls last, _batch_id nulls last) as _position from found\n"
        "),\n"
        "reasoned as (\n"
        "    select *, case when `_key_id` is null then 'null_key' "
        "when exists(`tags`, item -> item is null) then 'unsupported_value' "
        "when _copies > 1 and (_lowest <> _highest or _position > 1) then 'duplicate_key' end as _reason from counted\n"
        "),\n"
        "judged as (\n"
        "    select *, case _reason "
        "when 'null_key' then concat(concat_ws(', ', if(`_key_id` is null, 'id', null)), ' is null') "
        "when 'unsupported_value' then concat('a null inside the list ', "
        "concat_ws(', ', if(exists(`tags`, item -> item is null), 'tags', null))) "
        "when 'duplicate_key' then if(_lowest <> _highest, 'rows with this key have different values', "
        "'the same row comes more than once') end as _detail from reasoned\n"
        ")\n"
        "select `_key_id`, `at`, `tags`, _source_file, _source_line, _batch_id, _hash, _reason, _detail, "
        "if(_reason is null, 'created', 'rejected') as _status from judged"
    )


def test_a_type_with_a_ledger_looks_for_both_ends():
    edge = EdgeDeclaration(
        Model("m", columns=columns(a="varchar", b="varchar")), "E", End("A", ("a",), ("id",)), End("B", ("b",), ("id",))
    )

    text = difference(edge, has_known=True, lineage=("_batch_id",))

    assert (
        "cast(null as string) as _source_file, cast(null as bigint) as _source_line, cast(_batch_id as string)" in text
    )
    assert "unhex(md5('{}')) as _hash" in text
    assert (
        "    select hashed.*, _from_found, _to_found from hashed\n"
        "    left join (select `_key_id` as `_from_end_id`, true as _from_found from graph_from_keys) as from_end "
        "on hashed.`_from_id` = from_end.`_from_end_id`\n"
        "    left join (select `_key_id` as `_to_end_id`, true as _to_found from graph_to_keys) as to_end "
        "on hashed.`_to_id` = to_end.`_to_end_id`\n"
    ) in text
    assert (
        "case when `_from_id` is null or `_to_id` is null then 'null_key' when _from_found is null then 'missing_from' "
        "when _to_found is null then 'missing_to' "
    ) in text
    assert text.endswith(
        "select coalesce(judged.`_from_id`, known.`_from_id`) as `_from_id`, "
        "coalesce(judged.`_to_id`, known.`_to_id`) as `_to_id`, judged._source_file, judged._source_line, judged._batch_id, "
        "judged._hash, judged._reason, judged._detail, case when judged._copies is null then 'deleted' "
        "when _reason is not null then 'rejected' when known._is_known is null then 'created' "
        "when judged._hash = known._hash then 'unchanged' else 'updated' end as _status from judged\n"
        "full outer join (select *, true as _is_known from graph_known) as known "
        "on judged.`_from_id` = known.`_from_id` and judged.`_to_id` = known.`_to_id` and judged._reason is null"
    )


def test_literals_are_escaped():
    assert literal("it's \\ so") == "'it\\'s \\\\ so'"
