"""Questions and their answers, without a server."""

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from neo4j.time import Date, Duration

from graph_loader.answers import Answer, Format, plain
from graph_loader.questions import (
    HeaderError,
    Parameter,
    QuestionError,
    all_questions,
    find_question,
    parse_question,
)
from graph_loader.tables import print_answer

FILE = Path("models/graph/questions/some_name.cypher")
TEXT = """\
// Who bought what?
// $customer: string, the customer's id, or a part of it
// $limit: integer = 10, how many rows
//$share : float=0.5
// $all: boolean = false
// $since: date = 2025-01-31, first day

// this one tells the reader something
MATCH (c) WHERE $customer AND $share AND $all AND $since RETURN c LIMIT $limit
"""


def graph_loader(*arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "graph_loader", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_file_is_a_question_with_its_parameters():
    question = parse_question(FILE, TEXT)

    assert (question.name, question.question, question.cypher) == ("some_name", "Who bought what?", TEXT)
    assert question.parameters == (
        Parameter("customer", "string", None, "the customer's id, or a part of it"),
        Parameter("limit", "integer", 10, "how many rows"),
        Parameter("share", "float", 0.5),
        Parameter("all", "boolean", False),
        Parameter("since", "date", dt.date(2025, 1, 31), "first day"),
    )
    assert list(map(str, question.parameters)) == [
        "customer: string, the customer's id, or a part of it",
        "limit: integer = 10, how many rows",
        "share: float = 0.5",
        "all: boolean = false",
        "since: date = 2025-01-31, first day",
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "must be the question as a comment, such as `// Which products sell best?`"),
        ("MATCH (n) RETURN n", 1, "must be the question as a comment"),
        ("// \nRETURN 1", 1, "must be the question as a comment"),
        ("// $limit: integer\nRETURN $limit", 1, "must be the question as a comment"),
        ("// Who?\n// $limit: integer\n\n", 3, "there is no Cypher below the header"),
        (
            "// Who?\n// limit: integer\nRETURN $limit",
            2,
            "must be a parameter, such as `// $limit: integer = 10, how many",
        ),
        ("// Who?\n// $limit\nRETURN $limit", 2, "must be a parameter"),
        ("// Who?\n// $limit: integer how many\nRETURN $limit", 2, "must be a parameter"),
        (
            "// Who?\n// $limit: int\nRETURN $limit",
            2,
            "'int' is no type of a parameter (did you mean 'integer'?); there are: ",
        ),
        (
            "// Who?\n// $limit: integer = ten\nRETURN $limit",
            2,
            "the default of $limit must be a whole number of at most 64",
        ),
        (
            "// Who?\n// $since: date =\nRETURN $since",
            2,
            "the default of $since must be a date, such as 2025-01-31, not ''",
        ),
        ("// Who?\n// $a: date\n// $a: date\nRETURN $a", 3, "parameter $a is declared twice"),
        ("// Who?\n// $limt: integer\nRETURN $limit", 2, "parameter $limt is not used below (did you mean 'limit'?)"),
        ("// Who?\n// $limit: integer\nRETURN $limits", 2, "parameter $limit is not used below"),
    ],
)
def test_a_malformed_file_is_told_with_its_line(text, line, said):
    with pytest.raises(HeaderError) as caught:
        parse_question(FILE, text)

    assert str(caught.value).startswith(f"{FILE}, line {line}: {said}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ('customer=C=1, "x" \'; DROP', ("customer", 'C=1, "x" \'; DROP')),
        ("customer=", ("customer", "")),
        ("limit=-7", ("limit", -7)),
        ("limit=9223372036854775807", ("limit", 2**63 - 1)),
        ("share=1e-3", ("share", 0.001)),
        ("share=2", ("share", 2.0)),
        ("all=TRUE", ("all", True)),
        ("all=false", ("all", False)),
        ("since=2024-02-29", ("since", dt.date(2024, 2, 29))),
    ],
)
def test_a_given_value_is_read_as_its_type(given, expected):
    values = parse_question(FILE, TEXT).values(["customer=C1", given] if "customer" not in given else [given])

    assert (expected[0], values[expected[0]]) == expected
    assert type(values[expected[0]]) is type(expected[1])
    defaults = {"limit": 10, "share": 0.5, "all": False, "since": dt.date(2025, 1, 31)}
    assert values == {"customer": "C1"} | defaults | {expected[0]: expected[1]}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            [],
            "Question 'some_name' needs a value (customer: string, the customer's id, or a part of it). Give it as `--param cus",
        ),
        (["limit"], "Parameter 'limit' has no value. Write it as `--param limit=…`."),
        (
            ["limt=1"],
            "Question 'some_name' has no parameter 'limt' (did you mean 'limit'?). It takes: customer, limit, share",
        ),
        (["limit=1", "limit=2"], "Parameter 'limit' is given twice. Give it once."),
        (
            ["limit=1.0"],
            "Parameter 'limit' of question 'some_name' must be a whole number of at most 64 bits, such as 10, not '1.0'.",
        ),
        (
            ["limit=9223372036854775808"],
            "Parameter 'limit' of question 'some_name' must be a whole number of at most 64 bits",
        ),
        (["limit=1_0"], "Parameter 'limit' of question 'some_name' must be a whole number"),
        (["share=half"], "Parameter 'share' of question 'some_name' must be a number, such as 0.5, not 'half'."),
        (["share=nan"], "Parameter 'share' of question 'some_name' must be a number"),
        (["all=1"], "Parameter 'all' of question 'some_name' must be true or false, not '1'."),
        (
            ["since=31.01.2025"],
            "Parameter 'since' of question 'some_name' must be a date, such as 2025-01-31, not '31.01.2025'.",
        ),
        (["customer=\udcff"], "Parameter 'customer' of question 'some_name' must be text in UTF-8"),
    ],
)
def test_a_wrong_value_is_told(given, said):
    with pytest.raises(QuestionError) as caught:
        parse_question(FILE, TEXT).values(given)

    assert str(caught.value).startswith(said)


def test_a_question_without_parameters_takes_none():
    with pytest.raises(QuestionError, match=r"Question 'some_name' has no parameter 'limit'\. It takes none\."):
        parse_question(FILE, "// Who?\nRETURN 1").values(["limit=1"])


def test_questions_are_found_by_the_names_of_their_files(tmp_path):
    with pytest.raises(QuestionError, match=r"There are no questions in .*\. Put one there as <name>\.cypher\."):
        all_questions(tmp_path)
    for name in ("b_question", "a_question"):
        (tmp_path / f"{name}.cypher").write_text(f"// {name}?\nRETURN 1")
    (tmp_path / "notes.md").write_text("no question")

    assert [question.name for question in all_questions(tmp_path)] == ["a_question", "b_question"]
    assert find_question("b_question", tmp_path).question == "b_question?"
    for name in ("b_questoin", "../secret", "notes"):
        with pytest.raises(QuestionError, match=r"There is no question '.*There are: a_question, b_question\."):
            find_question(name, tmp_path)
    (tmp_path / "b_question.cypher").write_bytes(b"// \xff?\nRETURN 1")
    assert find_question("a_question", tmp_path)
    with pytest.raises(QuestionError, match=r"b_question\.cypher is not readable as UTF-8 text"):
        find_question("b_question", tmp_path)


def test_every_kept_question_is_readable_and_says_what_its_parameters_mean():
    questions = all_questions()

    assert len(questions) >= 10
    for question in questions:
        assert question.question.endswith("?")
        assert all(parameter.about for parameter in question.parameters), question.name


def test_values_of_the_driver_become_plain():
    value = [None, True, 1, 0.5, float("nan"), "ü", Date(2025, 1, 31), Duration(days=3), {"a": [Date(2025, 2, 1)]}]

    assert plain(value) == [None, True, 1, 0.5, "nan", "ü", "2025-01-31", "P3D", {"a": ["2025-02-01"]}]


def test_an_answer_is_shown_whole_as_table_json_and_csv(capsys):
    long = "word " * 300
    rows = [["[red]x\x1b[31m", 1234567, None, ["a", 'b"']], [long, 0.5, True, []]]
    answer = Answer("Who?", ["name", "amount", "ok", "list"], rows)

    print_answer(answer, Format.TABLE)
    table = capsys.readouterr().out.splitlines()
    print_answer(answer, Format.JSON)
    as_json = capsys.readouterr().out
    print_answer(answer, Format.CSV)
    as_csv = capsys.readouterr().out

    assert table[0] == "Who?"
    assert table[1].split() == ["name", "amount", "ok", "list"]
    assert [line.split() for line in table[2:4]] == [["[red]x\\x1b[31m", "1,234,567", "a"], ['b"']]
    assert table[4].startswith(long)
    assert len(table) == 5
    assert json.loads(as_json) == [dict(zip(answer.columns, row, strict=True)) for row in rows]
    assert as_csv == (f'name,amount,ok,list\n[red]x\x1b[31m,1234567,,"[""a"", ""b\\""""]"\n{long},0.5,true,[]\n')


def test_an_empty_answer_says_so(capsys):
    answer = Answer("Who?", ["name"], [])

    print_answer(answer, Format.TABLE)

    assert capsys.readouterr().out.split("\n") == ["Who?", "name", "no rows", ""]
    assert (json.loads(answer.as_json()), answer.as_csv()) == ([], "name\n")


def test_the_list_names_every_question_and_its_parameters():
    shown = graph_loader("query", "--list")
    as_json = graph_loader("query", "--list", "--json")
    one = graph_loader("query", "recommendations", "--list", "--format", "csv")

    assert (shown.returncode, as_json.returncode, one.returncode) == (0, 0, 0)
    assert "Which products are in a category or in one below it?" in shown.stdout
    files = sorted(file.stem for file in Path("models/graph/questions").glob("*.cypher"))
    assert [question["name"] for question in json.loads(as_json.stdout)] == files
    assert len(one.stdout.splitlines()) == 2
    assert "limit: integer = 10, how many rows" in one.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "error: No question is named. `python -m graph_loader query --list` shows which there are.\n"),
        (
            ("best_custmers",),
            "error: There is no question 'best_custmers' (did you mean 'best_customers'?). There are: ",
        ),
        (
            ("recommendations",),
            "error: Question 'recommendations' needs a value (customer: string, the customer's id). ",
        ),
        (
            ("best_customers", "--json", "--format", "csv"),
            "error: --json and --format csv exclude each other. Give one ",
        ),
    ],
)
def test_a_wrong_command_is_one_line_and_exit_code_2(arguments, said):
    done = graph_loader("query", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
