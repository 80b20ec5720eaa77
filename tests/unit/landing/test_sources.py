"""The sources file: what it says, and what a mistake in it is told."""

import pytest

from lakegraph.landing.sources import load_sources
from lakegraph.runtime.errors import ConfigurationError
from lakegraph.runtime.project import project_root

MINIMAL = "feeds: {orders: {files: orders.csv}}"


def load(tmp_path, text):
    path = tmp_path / "sources.yml"
    path.write_text(text, encoding="utf-8")
    return load_sources(path)


def test_the_least_file_has_sensible_defaults(tmp_path):
    sources = load(tmp_path, MINIMAL)

    orders = sources.feeds["orders"]
    assert (sources.trigger, sources.archive, sources.dates) == (None, True, "%Y_%m_%d")
    assert (orders.format, orders.delimiter, orders.encoding, orders.names) == ("csv", ",", "utf-8", {})


def test_defaults_hold_for_every_feed_unless_it_says_otherwise(tmp_path):
    sources = load(
        tmp_path,
        """
        defaults: {delimiter: tab, encoding: latin-1, null_values: ["NULL", ""]}
        feeds:
          orders: {files: orders.csv, delimiter: semicolon, from: {order_amount: Total}, delivery: full}
          products: {files: products.csv}
        """,
    )

    orders, products = sources.feeds["orders"], sources.feeds["products"]
    assert (orders.delimiter, products.delimiter) == (";", "\t")
    assert orders.encoding == products.encoding == "iso8859-1"
    assert orders.null_values == ("NULL", "")
    assert orders.names == {"order_amount": "Total"}
    assert (orders.delivery, products.delivery) == ("full", None)


@pytest.mark.parametrize("trigger", ["none", "", "null"])
def test_no_trigger(tmp_path, trigger):
    assert load(tmp_path, f"trigger: {trigger}\n{MINIMAL}").trigger is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("archiv: true\n" + MINIMAL, "'archiv' is not a key that can stand here; did you mean 'archive'?"),
        ("feeds: {orders: {file: o.csv}}", "'feeds.orders.files' is missing"),
        ("feeds: {orders: {files: o.csv, delimter: x}}", "did you mean 'delimiter'?"),
        ("feeds: {order: {files: o.csv}}", "'feeds.order' is not a feed of vars.yml; did you mean 'orders'?"),
        (
            "feeds: {orders: {files: o.csv, from: {orderid: x}}}",
            "'feeds.orders.from.orderid' is not a column of orders",
        ),
        ("feeds: {orders: {files: o.csv, delimiter: ';;'}}", "'feeds.orders.delimiter' must be one ASCII character"),
        *(
            (
                f"feeds: {{orders: {{files: o.csv, delimiter: '{sign}'}}}}",
                "'feeds.orders.delimiter' must be one ASCII character",
            )
            for sign in 'aZ0.-_§"'
        ),
        ("feeds: {orders: {files: o.csv, encoding: utf-9}}", "'feeds.orders.encoding' is not an encoding"),
        ("feeds: {orders: {files: o.csv, encoding: rot13}}", "'feeds.orders.encoding' is not an encoding"),
        ("feeds: {orders: {files: o.csv, null_values: [NULL]}}", "'feeds.orders.null_values.0'"),
        *(
            (
                f'defaults: {{null_values: ["NULL", "{written}"]}}\n{MINIMAL}',
                f"'defaults.null_values.1' holds U+{code}, which is what YAML makes of {written} in double quotes; write "
                f"'{written}' in single quotes",
            )
            for written, code in {
                "\\N": "0085",
                "\\_": "00A0",
                "\\0": "0000",
                "\\a": "0007",
                "\\b": "0008",
                "\\e": "001B",
                "\\v": "000B",
                "\\f": "000C",
                "\\n": "000A",
                "\\r": "000D",
                "\\L": "2028",
                "\\P": "2029",
            }.items()
        ),
        ('feeds: {orders: {files: o.csv, null_values: ["x\\N"]}}', "'feeds.orders.null_values.0' holds U+0085"),
        ("feeds: {orders: {files: o.csv, delivery: daily}}", "'feeds.orders.delivery'"),
        ("feeds: {orders: {files: /data/o.csv}}", "'feeds.orders.files' must lie below the drops folder"),
        ("feeds: {orders: {files: ../o.csv}}", "'feeds.orders.files' must lie below the drops folder"),
        ("feeds: {orders: {files: 'o_{day}.csv'}}", "'feeds.orders.files' holds '{'"),
        ("defaults: {delimeter: x}\n" + MINIMAL, "'defaults.delimeter' is not a key that can stand here"),
        ("dates: '%m_%d'\n" + MINIMAL, "'dates' '%m_%d' does not say year, month and day"),
        *(
            (f"dates: '{written}'\n{MINIMAL}", f"'dates' {fault}")
            for written, fault in {
                "/%Y/%m/%d": "must lie below the drops folder",
                "%Y/../%m/%d": "must lie below the drops folder",
                "%Y//%m/%d": "holds an empty folder name",
                "%Y/%m/%d/": "holds an empty folder name",
                "%Y/*/%m/%d": "holds '*'",
            }.items()
        ),
        ("dates: '%Y_%B_%d'\n" + MINIMAL, "'dates' %B is not one of"),
        ("trigger: {files: t.json}\n" + MINIMAL, "'trigger.file' is missing"),
        (
            "feeds: {orders: {files: o.csv, date_format: dd/mm/yyyy}}",
            "'feeds.orders.date_format' does not say year, month and day; write it like %d/%m/%Y",
        ),
        ("feeds: {}", "'feeds' names no feed"),
        ("archive: true", "'feeds' is missing"),
        ("feeds: {orders: {files: o.csv, date_format: ''}}", "write it like %d/%m/%Y"),
        ("feeds: {orders: {files: o.csv, date_format: '%d/%m'}}", "'feeds.orders.date_format' does not say"),
        ("feeds: {orders: {files: o.csv, date_format: '%m/%Y'}}", "'feeds.orders.date_format' does not say"),
        ("feeds: {orders: {files: o.csv, date_format: '%d/%d/%Y'}}", "'feeds.orders.date_format' does not say"),
        *(
            (f"feeds: {{orders: {{files: o.csv, date_format: '{written}'}}}}", f"'feeds.orders.date_format' {fault}")
            for written, fault in {
                "%d/%m/%Q": "has %Q, which is no directive of strptime",
                "%-d/%m/%Y": "has %-d, which is no directive of strptime",
                "%F %T": "has %F, which is no directive of strptime",
                "%d/%m/%Y %": "has %, which is no directive of strptime",
                "%Y-%m-%d %H:%M:%S %Z": "has %Z, and the name of a zone says no time of UTC: write a name that is",
                "%d/%m/%Y %H:%M %p": "has %p without %I, so that AM and PM would not count",
                "%d/%m/%Y %p": "has %p without %I, so that AM and PM would not count",
                "%d/%m/%Y %H %I %p": "has %H beside %I, of which only one can say the hour",
                "%d/%m/%Y %I:%M": "has %I without %p, so that the afternoon would be the morning",
            }.items()
        ),
        (
            "feeds: {orders: {files: o.csv, date_format: ['%d/%m/%Y', '%d/%m']}}",
            "'feeds.orders.date_format' does not say",
        ),
        (
            "feeds: {orders: {files: o.csv, date_format: []}}",
            "'feeds.orders.date_format' must be a text or a list of texts",
        ),
        ("feeds: {orders: {files: o.csv, date_format: [3]}}", "must be a text or a list of texts (given: [3])"),
        ("feeds: {orders: {files: o.csv, date_format: 3}}", "must be a text or a list of texts (given: 3)"),
        ("defaults: {date_format: dd.mm.yyyy}\n" + MINIMAL, "'defaults.date_format' does not say"),
        ("feeds: {orders: }", "'feeds.orders' must be a mapping with at least `files` (given: nothing)"),
        ("feeds: {orders: o.csv}", "'feeds.orders' must be a mapping with at least `files` (given: 'o.csv')"),
        ("trigger: yes\n" + MINIMAL, "'trigger' must be `none` or a mapping with `file`"),
        ("trigger: t.json\n" + MINIMAL, "'trigger' must be `none` or a mapping with `file`"),
        ("feeds: {orders: {files: o.csv, header: Number}}", "'feeds.orders.header' must be a list"),
        ("feeds: {orders: {files: o.csv, header: []}}", "'feeds.orders.header' names no column"),
        ("feeds: {orders: {files: o.csv, header: [No]}}", "'feeds.orders.header.0' must be a text"),
        (
            "feeds: {orders: {files: o.csv, header: [order_id, customer_id, product_id, order_date]}}",
            "'feeds.orders.header': the header lacks the column order_amount",
        ),
        (
            "feeds: {reviews: {files: r.csv, header: [A, A, customer_id, product_id, rating], from: {review_id: A}}}",
            "'feeds.reviews.header': the header has the column 'A' twice",
        ),
        ("feeds: {orders: {files: o.csv, skip_lines: -1}}", "'feeds.orders.skip_lines' must not be negative"),
        ("feeds: {orders: {files: o.csv, skip_lines: two}}", "'feeds.orders.skip_lines' must be a whole number"),
        ("defaults: {skip_lines: yes}\n" + MINIMAL, "'defaults.skip_lines' must be a whole number"),
        ("feeds: [orders]", "'feeds' must be a mapping"),
        ("defaults: [csv]\n" + MINIMAL, "'defaults' must be a mapping"),
        ("archive: 3\n" + MINIMAL, "'archive' must be true or false (given: 3)"),
        ("feeds: {orders: {files: 3}}", "'feeds.orders.files' must be a text (given: 3)"),
        ("feeds: {orders: {files: o.csv, from: x}}", "'feeds.orders.from' must be a mapping"),
        *(
            (
                f"feeds: {{orders: {{files: o.csv, from: {{order_id: {given}}}}}}}",
                "'feeds.orders.from.order_id' must be a text or a list of texts",
            )
            for given in ("3", "[]", "[Number, 3]", "")
        ),
        ("feeds: {orders: {files: o.csv, null_values: x}}", "'feeds.orders.null_values' must be a list"),
        ("feeds: {orders: {files: o.csv, delivery: daily}}", "'feeds.orders.delivery' must be 'full' or 'delta'"),
        ("feeds: {7: {files: o.csv}}", "'feeds.7' must be a text"),
        ("feeds: [", "line 1: not valid YAML"),
        (MINIMAL + "\n" + MINIMAL, "line 2: not valid YAML: 'feeds' stands twice"),
        ("", "holds no keys"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(tmp_path, text, message):
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path, text)

    assert message in str(raised.value)
    assert str(tmp_path / "sources.yml") in str(raised.value)
    assert "\n" not in str(raised.value)
    assert not any(word in str(raised.value) for word in ("Input should", "instance of", "dictionary"))


@pytest.mark.parametrize(
    "date_format",
    [
        *("%d/%m/%Y", "%d.%m.%y", "%Y-%j", "%m/%d/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z"),
        *("%d/%m/%Y %I:%M %p", "%a %d %b %Y", "%d.%m.%Y %H:%M:%S.%f", "%d%%%m%%%Y"),
    ],
)
def test_date_formats_that_say_the_day_are_taken(tmp_path, date_format):
    text = f"feeds: {{orders: {{files: o.csv, date_format: '{date_format}'}}}}"

    assert load(tmp_path, text).feeds["orders"].date_format == date_format


@pytest.mark.parametrize(
    ("written", "meant"),
    [(r"'\N'", r"\N"), (r"\N", r"\N"), (r'"\\N"', r"\N"), ("' '", " "), ('"- \xa0"', "- \xa0"), ('"\\t"', "\t")],
)
def test_null_values_that_are_meant_as_they_are_written_are_taken(tmp_path, written, meant):
    text = f"feeds: {{orders: {{files: o.csv, null_values: [{written}]}}}}"

    assert load(tmp_path, text).feeds["orders"].null_values == (meant,)


@pytest.mark.parametrize("delimiter", [*"~^#|;:,!$%&/ ", "\\t", "\\x01", "\\x1f"])
def test_any_other_sign_may_be_the_delimiter(tmp_path, delimiter):
    text = f'feeds: {{orders: {{files: o.csv, delimiter: "{delimiter}"}}}}'

    assert load(tmp_path, text).feeds["orders"].delimiter == delimiter.encode().decode("unicode_escape")


def test_several_date_formats_are_taken_in_their_order(tmp_path):
    text = "defaults: {date_format: ['%d/%m/%Y %H:%M', '%d/%m/%Y']}\n" + MINIMAL

    [feed] = load(tmp_path, text).feeds.values()

    assert feed.date_format == ("%d/%m/%Y %H:%M", "%d/%m/%Y")


def test_several_names_of_a_column_are_taken_in_their_order(tmp_path):
    sources = load(tmp_path, "feeds: {orders: {files: o.csv, from: {order_id: [Number, Order], order_amount: Total}}}")

    assert sources.feeds["orders"].names == {"order_id": ("Number", "Order"), "order_amount": "Total"}


def test_a_file_may_have_lines_to_skip_and_no_header(tmp_path):
    text = "feeds: {suppliers: {files: s.csv, skip_lines: 2, header: [supplier_id, ' supplier_name ', '', '']}}"

    [feed] = load(tmp_path, text).feeds.values()

    assert (feed.skip_lines, feed.header) == (2, ("supplier_id", "supplier_name", "", ""))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"nowhere.yml cannot be read.*--sources"):
        load_sources(tmp_path / "nowhere.yml")


def test_the_shipped_files_are_valid():
    shipped = load_sources(project_root() / "configs/data-sources.yml")
    example = load_sources(project_root() / "configs/examples/retail-csv.yml")

    assert shipped.trigger.file == "trigger_{date}.json"
    assert len(shipped.feeds) == 8
    assert (example.trigger, example.archive, len(example.feeds)) == (None, False, 6)
