"""Which errors pass and are tried again, which end a load at once, and what is said then. Codes and texts are Neo4j's own."""

import errno

import pytest
from neo4j.exceptions import Neo4jError, ServiceUnavailable

from graph_loader import patience
from graph_loader.connection import GraphError, TransientGraphError, translated
from graph_loader.faults import AGAIN, OUT_OF_MEMORY, STARTING, advice, passes
from graph_loader.lease import LeaseError
from graph_loader.patience import write_patiently
from graph_loader.space import NoSpaceError, space_required
from graph_loader.writer import task_retries
from lakegraph.runtime.neo4j_target import Neo4jTarget

VIOLATED = "Node(3) already exists with label `Person` and property `email` = 'a@example.org'"
DOUBLE = (
    "Unable to create Constraint( name='lakegraph_Person_id_1', type='UNIQUENESS', schema=(:Person {id}) ):\n"
    "Both Node(0) and Node(1) have the label `Person` and property `id` = 1. Note that only the first found violation is shown."
)


class Lease:
    """One that is never lost."""

    def __init__(self):
        self.renewed = 0

    def require(self, waits=True):
        self.renewed += 1


class LeaseOfServer(Lease):
    """One on a server that goes away; asking for it once takes 20 s, and tells how to reach a server.

    Args:
        clock: the seconds that have gone by.
        answers: whether the server answers the first, the second, … time; later it does.
    """

    def __init__(self, clock, *answers):
        super().__init__()
        self.clock, self.answers = clock, list(answers)

    def require(self, waits=True):
        super().require()
        assert not waits
        if self.answers and not self.answers.pop(0):
            self.clock.seconds += 20
            raise TransientGraphError("Neo4j does not answer.", "Check NEO4J_URI.")


class Writer:
    """Its writes end as they are told to, one after the other."""

    retries = 3

    def __init__(self, *ends):
        self.ends, self.counts = list(ends), []

    def for_rows(self, count):
        self.counts.append(count)
        return self

    def write(self, rows, statement, tasks):
        if end := self.ends.pop(0):
            raise end


class Clock:
    """One that goes on when it is waited for, and at once."""

    def __init__(self):
        self.seconds = 0.0

    def monotonic(self):
        return self.seconds

    def sleep(self, seconds):
        self.seconds += seconds


@pytest.fixture
def waits(monkeypatch):
    """The seconds that were waited, without waiting."""
    waited = []
    monkeypatch.setattr(patience.time, "sleep", waited.append)
    return waited


@pytest.fixture
def clock(monkeypatch):
    """A clock of the load alone."""
    clock = Clock()
    monkeypatch.setattr(patience, "time", clock)
    return clock


def test_what_passes_is_tried_again_after_longer_and_longer_waits(waits):
    gone, lease = TransientGraphError("gone"), Lease()

    tried = write_patiently(Writer(gone, gone, None), lease, "rows", 70, "SET", 1)

    assert (tried, waits, lease.renewed) == (2, [1, 2], 3)


def test_what_does_not_pass_ends_after_as_many_tries_as_are_allowed(waits):
    writer = Writer(*[TransientGraphError("gone")] * 9)

    with pytest.raises(TransientGraphError):
        write_patiently(writer, Lease(), "rows", 70, "SET", 1)

    assert (waits, len(writer.ends), writer.counts) == ([1, 2, 4], 5, [70])


def test_what_another_try_would_not_mend_ends_at_once(waits):
    with pytest.raises(GraphError):
        write_patiently(Writer(GraphError("no"), None), Lease(), "rows", 70, "SET", 1)

    assert waits == []


def test_a_server_has_a_minute_to_come_back_before_the_first_try_and_after_it(clock):
    lease, gone = LeaseOfServer(clock, False, False, True, False, False), TransientGraphError("gone")

    assert write_patiently(Writer(gone, None), lease, "rows", 70, "SET", 1) == 1

    assert lease.renewed == 6
    assert clock.seconds > 80


def test_of_a_server_that_does_not_come_back_it_is_told_what_stays(clock):
    lease = LeaseOfServer(clock, True, *[False] * 9)

    with pytest.raises(TransientGraphError) as caught:
        write_patiently(Writer(TransientGraphError("gone")), lease, "rows", 70, "SET", 1)

    assert str(caught.value) == f"Neo4j does not answer. {AGAIN}"
    assert 60 < clock.seconds < 85


def test_a_lease_that_is_lost_is_told_at_once(clock):
    class Lost(Lease):
        def require(self, waits=True):
            raise LeaseError("lost", "let that load finish")

    with pytest.raises(LeaseError, match="let that load finish"):
        write_patiently(Writer(), Lost(), "rows", 70, "SET", 1)

    assert clock.seconds == 0


@pytest.mark.parametrize(
    ("error", "said", "is_on_its_way"),
    [
        (
            ServiceUnavailable("Couldn't connect to it:\nrefused"),
            "does not answer: Couldn't connect to it. Check",
            True,
        ),
        (
            Neo4jError._hydrate_neo4j(code=STARTING, message="Not there."),
            "a statement: Not there .* once the cause",
            True,
        ),
        (Neo4jError._hydrate_neo4j(code=OUT_OF_MEMORY[0], message="Full."), "a statement: Full. A transaction", False),
    ],
)
def test_which_errors_of_the_driver_are_those_of_a_server_that_is_on_its_way(error, said, is_on_its_way):
    with pytest.raises(GraphError, match=said) as caught, translated(Neo4jTarget("bolt://there", "neo4j", "word")):
        raise error

    assert isinstance(caught.value, TransientGraphError) is is_on_its_way


@pytest.mark.parametrize(
    ("retries", "rows", "expected"),
    [
        # three for each batch of ten rows, the last one being smaller
        (3, 1, 3),
        (3, 21, 9),
        (3, 60, 18),
        # one batch that is stuck must not use up those of a thousand
        (3, 70, 20),
        (3, 1_040, 20),
        # but a thousand with an error in every fortieth must get through
        (3, 1_041, 21),
        (3, 10_000, 200),
        (50, 1_000, 50),
        (50, 10_000, 200),
        (0, 1_000_000, 0),
    ],
)
def test_a_task_may_try_again_for_each_of_its_batches_but_not_as_often_as_it_has_batches(retries, rows, expected):
    assert task_retries(retries, rows, batch_rows=10) == expected


@pytest.mark.parametrize(
    ("code", "kind", "expected"),
    [
        ("Neo.TransientError.Transaction.DeadlockDetected", "TransientException", True),
        ("N/A", "ServiceUnavailableException", True),
        ("N/A", "SessionExpiredException", True),
        ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", "TransientException", False),
        ("Neo.TransientError.Transaction.Terminated", "TransientException", False),
        ("Neo.ClientError.Schema.ConstraintValidationFailed", "ClientException", False),
    ],
)
def test_which_errors_pass(code, kind, expected):
    kinds = frozenset({f"org.neo4j.driver.exceptions.{kind}", "java.lang.RuntimeException"})

    assert passes(code, kinds) is expected


@pytest.mark.parametrize(
    ("code", "message", "reason", "hint"),
    [
        ("Neo.ClientError.Schema.ConstraintValidationFailed", VIOLATED, VIOLATED, "correct the mart, or what others"),
        (
            "Neo.DatabaseError.Schema.ConstraintCreationFailed",
            DOUBLE,
            "Unable to create Constraint( name='lakegraph_Person_id_1', type='UNIQUENESS', schema=(:Person {id}) ): "
            "Both Node(0) and Node(1) have the label `Person` and property `id` = 1",
            "load again, which goes on from there. Where the key is a new one, nodes of the former key may be gone",
        ),
        (
            "Neo.ClientError.Schema.IndexAlreadyExists",
            "There already exists an index (:A {id}). A constraint cannot be created until the index has been dropped.",
            "There already exists an index (:A {id}). A constraint cannot be created until the index has been dropped",
            "Drop that index",
        ),
        (
            "Neo.ClientError.Schema.IndexWithNameAlreadyExists",
            "There already exists an index called 'lakegraph_A_id_1'.",
            "There already exists an index called 'lakegraph_A_id_1'",
            "make it again under another name",
        ),
        (
            "Neo.ClientError.Schema.ConstraintWithNameAlreadyExists",
            "There already exists a constraint called 'lakegraph_A_id_1'.",
            "There already exists a constraint called 'lakegraph_A_id_1'",
            "make it again under another name",
        ),
        (
            "Neo.ClientError.Schema.ConstraintAlreadyExists",
            "Constraint already exists: Constraint( id=8, name='others', type='NODE KEY', schema=(:A {id}), ownedIndex=5 )",
            "Constraint already exists: Constraint( id=8, name='others', type='NODE KEY', schema=(:A {id}), ownedIndex=5 )",
            "Drop that constraint",
        ),
        (
            "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists",
            "An equivalent constraint already exists, 'Constraint( id=7, name='lakegraph_A_id_1', type='UNIQUENESS' )'.",
            "An equivalent constraint already exists, 'Constraint( id=7, name='lakegraph_A_id_1', type='UNIQUENESS' )'",
            "at the same moment",
        ),
        (OUT_OF_MEMORY[0], "The memory pool limit was exceeded", "The memory pool limit was exceeded", "more memory"),
        ("Neo.ClientError.Security.Forbidden", "Not allowed.", "Not allowed", "GRANT ROLE"),
        (
            "Neo.ClientError.Transaction.TransactionTimedOut",
            "Too long.",
            "Too long",
            "`db.transaction.timeout` in neo4j.conf",
        ),
        ("Neo.TransientError.Transaction.Terminated", "Ended.", "Ended", "Somebody ended the transaction"),
        (
            "Neo.DatabaseError.Transaction.TransactionCommitFailed",
            "Unable to commit.\nIt said more.",
            "Unable to commit: It said more",
            "free space",
        ),
        ("Neo.DatabaseError.Transaction.TransactionLogError", "", "Neo.DatabaseError.Transaction.Tr", "free space"),
    ],
)
def test_what_is_advised(code, message, reason, hint):
    found = advice(code, message, "eve", "shop")

    assert found.reason.startswith(reason)
    assert hint in found.hint


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        # further lines only draw where in the statement the mistake is
        (
            "Neo.ClientError.Statement.SyntaxError",
            "Invalid input 'X'.\n\"X\"\n ^",
            "Invalid input 'X' (Neo.ClientError.Statement.SyntaxError)",
        ),
        ("Neo.ClientError.Statement.SyntaxError", "", "Neo.ClientError.Statement.SyntaxError"),
    ],
)
def test_a_statement_that_is_wrong_is_to_be_corrected(code, message, reason):
    found = advice(code, message, "eve", "shop")

    assert found.reason == reason
    assert found.hint.startswith("Correct the statement")
    # nothing of it is in the server's log, nor was anything committed
    assert "log" not in found.hint and "committed" not in found.hint


@pytest.mark.parametrize("code", ["Neo.DatabaseError.General.UnknownError", "Neo.ClientError.General.Whatever"])
def test_of_other_errors_of_a_server_it_is_told_what_stays_where_it_says_more_and_to_run_it_again(code):
    found = advice(code, "It broke.\nSomewhere.", "eve", "shop")

    assert found.reason == f"It broke ({code})"
    for said in ("committed before stays", "logs/debug.log", "run the command again"):
        assert said in found.hint


@pytest.mark.parametrize(
    ("code", "message", "reason"),
    [
        # what the Java driver gives where no server was asked
        ("N/A", "Unable to convert a value.", "Unable to convert a value"),
        ("", "Unable to convert a value.", "Unable to convert a value"),
        ("", "", "the driver gives no reason"),
    ],
)
def test_of_errors_of_the_driver_the_server_knows_nothing(code, message, reason):
    found = advice(code, message, "eve", "shop")

    assert found.reason == reason
    assert "log" not in found.hint and "run the command again" in found.hint


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "full"),
        OSError(errno.EDQUOT, "full"),
        RuntimeError("Job aborted: java.io.IOException: No space left on device"),
    ],
)
def test_a_full_disk_is_told_with_what_is_free(tmp_path, error):
    with (
        pytest.raises(NoSpaceError, match=rf"[\d,.]+ MB free in {tmp_path}.*Make room .* load again"),
        space_required(tmp_path),
    ):
        try:
            raise error
        except Exception as first:
            raise ValueError("and so this went wrong too") from first


@pytest.mark.parametrize("error", [OSError(errno.EACCES, "not yours"), GraphError("No space left on device")])
def test_other_errors_stay_what_they_are(tmp_path, error):
    with pytest.raises(type(error)) as caught, space_required(tmp_path):
        raise error

    assert caught.value is error
