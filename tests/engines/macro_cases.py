"""What the macros under macros/engine/ make of a text, on every engine alike: one table, with results worked out by hand.

A case is a macro's call on `value`, the SQL of a text; a query gives rows; a statement changes a table. Each engine's test
compiles all of them with its adapter and runs them on its engine.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tests.engines.parity import canonical

Run = Callable[[str], list[tuple]]


@dataclass(frozen=True)
class Case:
    """A call of a macro on a text, and the value that it gives."""

    macro: str
    call: str
    value: str
    expected: object


def _cases(macro: str, call: str, **expected: object) -> list[Case]:
    return [Case(macro, call, value, result) for value, result in expected.items()]


_TIMESTAMP = '"cast(" ~ value ~ " as " ~ sql_type("timestamp") ~ ")"'
_NO_TEXT = '"cast(null as " ~ sql_type("string") ~ ")"'

CASES = [
    # a Monday and a Sunday
    *_cases("iso_weekday", 'iso_weekday("cast(" ~ value ~ " as date)")', **{"2025-01-13": 1, "2025-01-19": 7}),
    *_cases(
        "md5_hex",
        "md5_hex(value)",
        **{
            # RFC 1321, appendix A.5, and md5sum of the UTF-8 of the last
            "": "d41d8cd98f00b204e9800998ecf8427e",
            "abc": "900150983cd24fb0d6963f7d28e17f72",
            "ü": "c03410a5204b21cd8229ff754688d743",
        },
    ),
    *_cases(
        "timestamp_text",
        f"timestamp_text({_TIMESTAMP})",
        **{
            "2025-01-13 08:05:06": "2025-01-13 08:05:06.000000",
            "2025-01-13 08:05:06.000001": "2025-01-13 08:05:06.000001",
            "2025-12-31 23:59:59.9": "2025-12-31 23:59:59.900000",
        },
    ),
    *_cases(
        "json_object_text",
        f'json_object_text({{"b": value, "a": {_NO_TEXT}}})',
        **{
            "x": '{"b":"x","a":null}',
            'say "no"\\': '{"b":"say \\"no\\"\\\\","a":null}',
            "a\tb\n": '{"b":"a\\tb\\n","a":null}',
            "ü😀": '{"b":"ü😀","a":null}',
            "\\ud83d": '{"b":"\\\\ud83d","a":null}',
        },
    ),
    *_cases(
        "json_object_text",
        f"json_object_text({{{', '.join(f'{chr(34)}m{n}{chr(34)}: value' for n in range(300))}}})",
        **{"x": "{" + ",".join(f'"m{n}":"x"' for n in range(300)) + "}"},
    ),
    *_cases("joined_texts", "joined_texts(\"','\", [value] * 300)", **{"x": ",".join(["x"] * 300)}),
    *_cases(
        "joined_texts",
        f"joined_texts(\"','\", [value] + [{_NO_TEXT}] * 250 + [value, {_NO_TEXT}])",
        **{"x": "x,x"},
    ),
    *_cases("joined_texts", f"joined_texts(\"','\", [{_NO_TEXT}] * 2)", **{"x": ""}),
    *_cases("text_literal", "value", **{text: text for text in ("it's", "a\\b", "\\'", "100 %_", "a\nb", "{x}")}),
    *_cases(
        "clean_text",
        "clean_text(value)",
        **{
            "\u00a0 a b\t\r\n": "a b",
            "\ufeffa\u200b\u202f": "a",
            " \u200b\x0b\x0c": None,
            "": None,
            "/a/": "/a/",
        },
    ),
    *_cases(
        "canonical_text",
        "canonical_text(value, 'string')",
        **{
            "Credit\u00a0Card": "credit card",
            "credit \t\r\n\x0b\x0c\u200b\u202f\ufeffcard": "credit card",
            "credit\u2003card": "credit\u2003card",
            "n\\t\\x0b": "n\\t\\x0b",
        },
    ),
    *_cases("matches", "matches(value, '[a-c]+')", **{"abc": True, "abcd": False, "abc\n": False, "": False}),
    *_cases("matches", "matches(value, 'a.c')", **{"a\rc": True, "a\u2028c": True, "a\nc": False, "a\\c": True}),
    *_cases("matches", "matches(value, 'a|bc')", **{"bc": True, "ac": False}),
    *_cases("replace_all", "replace_all(value, '[0-9]+', '#')", **{"a1b22": "a#b#", "ab": "ab"}),
    *_cases("replace_all", "replace_all(value, \"'\", '')", **{"it's": "its"}),
    *_cases(
        "replace_all",
        "replace_all(value, word_separators() ~ '+', ' ')",
        **{
            "A-1~B_2^C.3#ü!x": "A-1 B_2 C.3 ü x",
            "x !\"#$%&'()*+,/:;<=>?@[\\]^`{|}~y": "x y",
            "a\x01b\t\r\nc\x1fd\x7fe": "a b c d e",
            "azAZ09": "azAZ09",
        },
    ),
    *_cases("matches", "matches(value, '.*' ~ word_separators() ~ '.*')", **{"shop#3": True, "ü-3_x.y": False}),
    *_cases(
        "sql_types",
        '"cast(" ~ value ~ " as " ~ sql_type("decimal") ~ ")"',
        **{"12345678901234.5": Decimal("12345678901234.5")},
    ),
    *_cases(
        "strict_integer",
        "strict_cast(value, 'integer')",
        **{
            "3.7": None,
            "3.00": 3,
            "+12": 12,
            "1e3": None,
            "-9223372036854775808": -(2**63),
            "9223372036854775808": None,
            "": None,
        },
    ),
    *_cases(
        "strict_decimal",
        "strict_cast(value, 'decimal')",
        **{
            "1.23456": Decimal("1.2346"),
            "-.5": Decimal("-0.5"),
            "1e2": Decimal(100),
            "99999999999999.9999": Decimal("99999999999999.9999"),
            "100000000000000": None,
            "1,5": None,
            "NaN": None,
        },
    ),
    *_cases(
        "strict_boolean",
        "strict_cast(value, 'boolean')",
        **{"YES": True, "f": False, "2": None, "WAHR": True, "Falsch": False, "ja": True, "Nein": False},
        **{"vrai": True, "FAUX": False, "Oui": True, "non": False, "o": None},
    ),
    *_cases(
        "strict_date",
        "strict_cast(value, 'date')",
        **{
            "2024-02-29": date(2024, 2, 29),
            "2025-02-29": None,
            "2025-1-3": None,
            "0000-01-01": None,
            "2025-01-13T23:30:00-05:00": date(2025, 1, 13),
            "2025-01-13 24:00": None,
            "2025-02-29T08:00Z": None,
            "2025-01-13T08:00:00+15:00": None,
            # as it is written, wherever the zone moves it in UTC
            "9999-12-31T23:59:59-05:00": date(9999, 12, 31),
            "0001-01-01 00:00+14:00": date(1, 1, 1),
        },
    ),
    *_cases(
        "cast_plain_timestamp",
        "strict_cast(value, 'timestamp')",
        **{
            "2025-01-13": datetime(2025, 1, 13),
            "2025-01-13T08:05": datetime(2025, 1, 13, 8, 5),
            "2025-01-13 08:05:06.123456789": datetime(2025, 1, 13, 8, 5, 6, 123456),
            "2025-01-13T24:00:00": None,
            "2025-02-29T08:00:00": None,
        },
    ),
    *_cases(
        "cast_zoned_timestamp",
        "strict_cast(value, 'timestamp')",
        **{
            "2025-01-13T23:30:00-05:00": datetime(2025, 1, 14, 4, 30),
            "2025-01-13 08:05:06.123456Z": datetime(2025, 1, 13, 8, 5, 6, 123456),
            "2025-03-30T02:30:00+01:00": datetime(2025, 3, 30, 1, 30),
            "2025-01-13 00:30:15+0530": datetime(2025, 1, 12, 19, 0, 15),
            "2025-01-13T08:05Z": datetime(2025, 1, 13, 8, 5),
            "2025-01-13T08:05:06.25-1145": datetime(2025, 1, 13, 19, 50, 6, 250000),
            "2025-01-13 00:30+0200": datetime(2025, 1, 12, 22, 30),
            "2025-01-13T23:59:59.5-11": datetime(2025, 1, 14, 10, 59, 59, 500000),
            "2025-01-13T08:00:00+15:00": None,
            # what the zone moves out of the years 1 to 9999, and what it moves to their very end
            "9999-12-31 23:59:59-14:00": None,
            "0001-01-01 00:00:00+14:00": None,
            "9999-12-31T09:59:59.999999-14:00": datetime(9999, 12, 31, 23, 59, 59, 999999),
            "0001-01-01T14:00:00+14:00": datetime(1, 1, 1),
        },
    ),
    *_cases(
        "rounded",
        'rounded("cast(" ~ value ~ " as double) / 8")',
        **{
            "41718.27": Decimal("5214.7838"),
            "-41718.27": Decimal("-5214.7838"),
            "98765424.9876": Decimal("12345678.1235"),
        },
    ),
    *_cases(
        "lower_case",
        "lower_case(value)",
        **{"ÄÖ": "äö", "İSTANBUL": "istanbul", "ΟΔΟΣ": "οδοσ", "ß ẞ": "ß ß", "Ⅷ": "ⅷ"},
    ),
]


@dataclass(frozen=True)
class Query:
    """A query that a macro writes, and its rows in any order."""

    macro: str
    sql: str
    expected: list[tuple]


QUERIES = [
    Query(
        "split_to_rows",
        "{{ split_to_rows(\"(select 'r' as id, 'not so bad' as words) as said\", ['id'], 'words') }}",
        [("r", 1, "not"), ("r", 2, "so"), ("r", 3, "bad")],
    ),
    Query(
        "split_to_rows",
        "{{ split_to_rows(\"(select 'r' as id, concat('a b', chr(31), '', chr(31), 'c') as words) as said\", ['id'], 'words',"
        " 'chr(31)') }}",
        [("r", 1, "a b"), ("r", 2, ""), ("r", 3, "c")],
    ),
    Query("key_text", "select {{ key_text('t', ['a', 'b']) }} from (select 7 as a, 8 as b) as t", [("7",)]),
    Query(
        "lower_literals",
        "select word from (select 'b' as word union all select '' union all select 'a') as t "
        "where word in ({{ lower_literals(['A', 'İ']) }}) or word not in ({{ lower_literals([]) }}) and word = ''",
        [("",), ("a",)],
    ),
    Query(
        "has_default",
        "select '{{ has_default({'default': none}) }} {{ has_default({}) }} {{ has_default({'default': ''}) }}'",
        [("False False True",)],
    ),
]


@dataclass(frozen=True)
class Statement:
    """A statement that a macro writes for a table of history, and what the table holds then, in any order."""

    macro: str
    sql: str
    expected: list[tuple]


# what a table of history holds before each statement
HISTORY = "case_history"
VERSIONS = [
    ("a", datetime(2025, 1, 13), datetime(2025, 1, 14)),
    ("b", datetime(2025, 1, 14), datetime(2025, 1, 15)),
    ("c", datetime(2025, 1, 15), None),
]
STATEMENTS = [
    Statement(
        "take_history_back",
        "{{ take_history_back(table, '2025-01-14 00:00:00') }}",
        [("a", datetime(2025, 1, 13), datetime(2025, 1, 14)), ("b", datetime(2025, 1, 14), None)],
    ),
    Statement("take_history_back", "{{ take_history_back(table, none) }}", []),
]


def template(table: str) -> str:
    """Every case, query and statement as one text of Jinja, a line of END after each.

    Args:
        table: the engine's name of the table of history.
    """
    columns = [
        f"{{% set value = text_literal({json.dumps(case.value, ensure_ascii=False)}) %}}"
        f"{{{{ {case.call} }}}} as c{number}"
        for number, case in enumerate(CASES)
    ]
    moment = "cast({} as {{{{ sql_type('timestamp') }}}})"
    versions = [
        f"('{key}', " + ", ".join(moment.format(f"'{time}'" if time else "null") for time in times) + ")"
        for key, *times in VERSIONS
    ]
    texts = [
        "select " + ", ".join(columns),
        *(query.sql for query in QUERIES),
        f"insert into {table} values {', '.join(versions)}",
        *(statement.sql for statement in STATEMENTS),
    ]
    return f"{{% set table = '{table}' %}}" + "".join(f"{text}\n{END}\n" for text in texts)


END = "-- end"


def differences(compiled: str, run: Run, table: str) -> list[str]:
    """In words, every case, query and statement whose result on an engine is another than the table says.

    Args:
        compiled: what dbt made of `template`.
        run: runs statements that end with semicolons where the engine takes several, and gives the rows of a query.
        table: the engine's name of the table of history (`key`, `dbt_valid_from`, `dbt_valid_to`), which is there and empty.
    """
    texts = [text.strip() for text in compiled.split(END)]
    queries, fill = texts[1 : 1 + len(QUERIES)], texts[1 + len(QUERIES)]
    statements = texts[2 + len(QUERIES) :]
    found = [
        (f"{case.macro}({case.value!r})", case.expected, value)
        for case, value in zip(CASES, run(texts[0])[0], strict=True)
        if canonical(value) != canonical(case.expected)
    ]
    for query, sql in zip(QUERIES, queries, strict=True):
        rows = sorted(run(sql))
        if rows != query.expected:
            found.append((query.macro, query.expected, rows))
    for statement, sql in zip(STATEMENTS, statements, strict=False):
        run(f"delete from {table}")
        run(fill)
        run(sql)
        rows = sorted((tuple(map(canonical, row)) for row in run(f"select * from {table}")), key=repr)
        if rows != [tuple(map(canonical, row)) for row in statement.expected]:
            found.append((statement.sql, statement.expected, rows))
    return [f"{what} should give {expected!r}, gives {value!r}" for what, expected, value in found]
