"""What the stand-in calls a deviation; none of these needs Spark."""

import pytest

from tests.engines.databricks.information_schema import with_information_schema
from tests.engines.databricks.journal import Entry, Journal, read_journal
from tests.engines.databricks.kept_rows import CHANGE
from tests.engines.databricks.statements import REWRITES, carry_out


@pytest.mark.parametrize(
    ("sql", "deviation"),
    [
        ("/* {} */\n  grant select on table `main`.`gold`.`orders` to `analysts`", "logged: grants"),
        ("show grants on view `main`.`gold`.`graph_runs`", "logged: grants"),
        ("ALTER TABLE `c`.`s`.`t` SET TAGS ('pii' = 'true')", "logged: table tags"),
        ("ALTER TABLE `c`.`s`.`t` ALTER COLUMN `x` SET TAGS ('pii' = 'true')", "logged: column tags"),
        ("alter table `c`.`s`.`t` add constraint pk primary key(`id`);", "logged: key of an existing table"),
        (
            "alter table `s`.`t` add constraint t_id_fk foreign key (id) references `s`.`u` (id)",
            "logged: key of an existing table",
        ),
    ],
)
def test_what_open_spark_has_nothing_for_is_named_and_not_run(sql, deviation):
    entry = Entry(sql)

    assert carry_out(None, sql, entry).num_rows == 0
    assert entry.deviations == [deviation]


def test_keys_are_taken_out_of_a_new_table_and_nothing_else_is():
    create = (
        "create or replace table `t` ( `id` string NOT NULL, `other` string, CONSTRAINT pk PRIMARY KEY (id),"
        " CONSTRAINT fk FOREIGN KEY (other) REFERENCES `u` (id) ) using delta CLUSTER BY (id)"
    )

    assert REWRITES["logged: key of a new table"](None, create) == (
        "create or replace table `t` ( `id` string NOT NULL, `other` string ) using delta CLUSTER BY (id)"
    )


def test_a_comment_on_a_column_is_said_in_open_sparks_words():
    sql = "COMMENT ON COLUMN `c`.`s`.`t`.`id` IS 'The customer\\'s id.'"

    assert REWRITES["rewritten: comment on column"](None, sql) == (
        "alter table `c`.`s`.`t` alter column `id` comment 'The customer\\'s id.'"
    )


@pytest.mark.parametrize(
    ("sql", "table", "rows_follow"),
    [
        ("insert into `c`.`s`.`t` by name select * from u", "`c`.`s`.`t`", True),
        ("INSERT OVERWRITE TABLE s.t select 1", "s.t", True),
        (
            "-- back compat for old kwarg name\n\n    merge\n    into\n        `c`.`s`.`t` as d using u on true",
            "`c`.`s`.`t`",
            True,
        ),
        ("delete from s.t where x = 1", "s.t", True),
        ("create or replace table `s`.`t` (x int) using delta", "`s`.`t`", False),
        ("create table if not exists s.t (x int)", "s.t", False),
        ("alter table s.t add columns (y int)", "s.t", False),
        ("drop table if exists s.t", "s.t", False),
    ],
)
def test_a_change_of_a_table_is_known_by_its_words(sql, table, rows_follow):
    changed = CHANGE.match(sql)

    assert (changed["table"], bool(changed["rows"])) == (table, rows_follow)


@pytest.mark.parametrize(
    "sql", ["select 'insert into s.t'", "create or replace view s.v as select 1", "describe table s.t"]
)
def test_what_changes_no_table_is_no_change_of_one(sql):
    assert CHANGE.match(sql) is None


def test_tags_and_keys_are_empty_and_an_unknown_view_is_refused():
    asked = "select tag_name from `main`.`information_schema`.`table_tags` where schema_name = 'gold'"

    assert with_information_schema(None, asked).endswith(
        "cast(null as string) as tag_value where false) where schema_name = 'gold'"
    )
    with pytest.raises(KeyError, match="volumes"):
        with_information_schema(None, "select * from system.information_schema.volumes")


def test_the_journal_keeps_what_became_of_a_statement(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    with journal.statement("select 1"):
        pass
    with journal.statement("grant all") as entry:
        entry.deviations.append("logged: grants")
        entry.error = "no"

    entries = read_journal(tmp_path / "journal.jsonl")

    assert [(entry.sql, entry.deviations, entry.error) for entry in entries] == [
        ("select 1", [], None),
        ("grant all", ["logged: grants"], "no"),
    ]
