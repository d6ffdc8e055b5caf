import socket
import threading

import pytest

from reos.core import metrics
from reos.events import Subject, wake

FAILURES = "reos_event_wake_failures_total"


def failures() -> float:
    return metrics.REGISTRY.get_sample_value(FAILURES) or 0


@pytest.fixture
def publications():
    """A port that understands just enough of the Redis protocol to record what is published."""
    seen = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                while request := connection.recv(4096):
                    words = request.decode().split("\r\n")
                    for index, word in enumerate(words):
                        if word == "PUBLISH":
                            seen.append((words[index + 2], words[index + 4]))
                    connection.sendall(
                        b"+OK\r\n" * max(request.count(b"CLIENT"), 0) + b":1\r\n" * words.count("PUBLISH")
                    )

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0?protocol=2", seen


def test_each_subject_is_announced_once(publications):
    url, seen = publications
    wake(url, [Subject.SCORING_CALCULATED, Subject.DISCOVERY_INTAKE, Subject.SCORING_CALCULATED])
    assert seen == [("reos:wake", "event.discovery.intake"), ("reos:wake", "event.scoring.calculated")]


def test_dead_redis_is_counted_and_not_raised():
    before = failures()
    wake("redis://127.0.0.1:1/0", [Subject.DISCOVERY_INTAKE])
    assert failures() == before + 1


def test_without_redis_nothing_happens():
    before = failures()
    wake(None, [Subject.DISCOVERY_INTAKE])
    assert failures() == before
