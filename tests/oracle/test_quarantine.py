"""The oracle's fates of hand-written quarantined records."""

from datetime import date

from tests.oracle.quarantine import Fate, Seen, fates

D1, D2, D3 = (date(2025, 1, day) for day in (1, 2, 3))
BROKEN, REPEAT = ("f.rule",), ("f.row.repeat",)


def test_who_is_quarantined_since_when_and_until_which_delivery():
    first = [Seen("A", "a"), Seen("A", "a", REPEAT), Seen("B", "b", BROKEN), Seen("C", "c", BROKEN)]
    first += [Seen("D", "d", BROKEN), Seen(None, "n", BROKEN), Seen(None, "E,x", BROKEN, readable=False)]
    second = [Seen("B", "b2"), Seen("C", "c2", BROKEN), Seen(None, "E,x", BROKEN, readable=False)]
    third = [Seen("B", "b3", BROKEN), Seen("C", "c3"), Seen("E", "e"), Seen(None, "n", BROKEN)]

    told = list(fates("f", [("b1", D1, first), ("b2", D2, second), ("b3", D3, third)]))

    assert told == [
        # the repeat of a valid record, one that is mended and broken again, one that is broken twice, one for good
        Fate(D1, D1, "b1", True),
        Fate(D1, D3, "b2", True),
        Fate(D1, D2, "b3", True),
        Fate(D1, D1, None, False),
        # without a key, and unreadable: told apart by their text, and never known to be mended
        Fate(D1, D3, None, False),
        Fate(D1, D2, None, None),
        Fate(D1, D2, "b3", True),
        Fate(D1, D2, None, None),
        Fate(D1, D3, None, False),
        Fate(D1, D3, None, False),
    ]


def test_a_repeat_that_breaks_a_rule_as_well_is_resolved_by_a_later_delivery_alone():
    broken = Seen("A", "a", BROKEN)
    repeated = Seen("A", "a", REPEAT + BROKEN)

    assert list(fates("f", [("b1", D1, [broken, repeated])])) == [Fate(D1, D1, None, False)] * 2
    mended = fates("f", [("b1", D1, [broken, repeated]), ("b2", D2, [Seen("A", "a2")])])
    assert list(mended) == [Fate(D1, D1, "b2", True)] * 2
