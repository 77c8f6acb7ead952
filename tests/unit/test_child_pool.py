"""The child pool with real children: they hang, crash, eat memory and chatter, and nobody else notices."""

import io
import json
import os
import re
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

import service.child
from service.child import ChildPool
from service.child_main import HEAD, Server, framed, receive
from service.errors import ChildError, ChildTimeout

ROOT = Path(__file__).parents[2]
MIB = 2**20
Make = Callable[..., ChildPool]


@pytest.fixture
def make() -> Iterator[Make]:
    pools: list[ChildPool] = []

    def build(target: str, *, size: int = 1, timeout: float = 20, memory: int = 512 * MIB, **init: object) -> ChildPool:
        pools.append(ChildPool(f"tests.support.child_targets:{target}", size, timeout, memory, init))
        return pools[-1]

    yield build
    for pool in pools:
        pool.close()


def gone(pid: int) -> bool:
    """Whether a child of this process has ended and was waited for."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def ended(handle: int, within: float) -> bool:
    """Whether the process behind a pidfd ends in time, whosever child it is."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(within * 1000))


def test_a_call_carries_json_and_bytes_and_the_factory_got_its_init(make: Make) -> None:
    pool = make("echo", word="涨停")
    body = bytes(range(256)) * 40_000  # far more than a pipe holds
    answer = pool.call({"lone": "\ud800", "zh": "长飞光纤"}, body)
    assert answer["meta"] == {"lone": "\ud800", "zh": "长飞光纤"}
    assert (answer["size"], answer["sum"], answer["init"]) == (len(body), sum(body), {"word": "涨停"})


def test_a_child_is_used_again(make: Make) -> None:
    pool = make("echo", size=3)
    assert len({pool.call({})["pid"] for _ in range(5)}) == 1


@pytest.mark.parametrize("deed", ["hang in python", "hang in c"])
def test_a_hanging_child_is_killed_in_time_and_replaced(make: Make, deed: str) -> None:
    pool = make("misbehave", timeout=0.5)
    before = pool.call({"do": "ok"})["pid"]
    with pytest.raises(ChildTimeout, match=r"child_targets:misbehave was killed: no answer within 0\.5 s"):
        pool.call({"do": deed})
    assert gone(before)
    assert pool.call({"do": "ok"})["pid"] != before


@pytest.mark.parametrize(
    ("deed", "how"),
    [("exit", "exit code 3"), ("abort", "signal SIGABRT"), ("kill", "signal SIGKILL")],
)
def test_a_dead_child_says_how_it_died_and_is_replaced(make: Make, deed: str, how: str) -> None:
    pool = make("misbehave")
    with pytest.raises(ChildError, match=re.escape(f"died ({how})")):
        pool.call({"do": deed})
    assert pool.call({"do": "ok"})


def test_a_child_killed_while_idle_is_replaced_without_a_word(make: Make) -> None:
    pool = make("misbehave")
    idle = pool.call({"do": "ok"})["pid"]
    handle = os.pidfd_open(idle)
    os.kill(idle, signal.SIGKILL)
    assert ended(handle, within=5)
    os.close(handle)
    assert pool.call({"do": "ok"})["pid"] != idle


def test_a_memory_hog_fails_alone(make: Make) -> None:
    pool = make("misbehave", memory=256 * MIB)
    first = pool.call({"do": "ok"})["pid"]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ChildError, match="out of memory"):
        pool.call({"do": "eat"})
    assert pool.call({"do": "ok"})["pid"] != first
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 50 * MIB


def test_what_the_target_prints_does_not_touch_the_frames(make: Make) -> None:
    pool = make("misbehave")
    assert [pool.call({"do": "chatter"}) for _ in range(3)] == [{"said": True}] * 3


def test_the_target_reads_nothing_from_standard_input(make: Make) -> None:
    assert make("misbehave").call({"do": "stdin"}) == {"read": ""}


def test_an_error_names_kind_and_place_but_not_its_text(make: Make) -> None:
    pool = make("misbehave")
    before = pool.call({"do": "ok"})
    with pytest.raises(ChildError, match=r"failed: ValueError at child_targets\.py:\d+$") as caught:
        pool.call({"do": "fail"})
    assert "hunter2" not in str(caught.value)
    assert pool.call({"do": "ok"}) == before


def test_the_last_words_of_a_dead_child_are_kept_within_bounds(make: Make) -> None:
    pool = make("misbehave")
    pool.call({"do": "chatter"})
    with pytest.raises(ChildError, match="died"):
        pool.call({"do": "exit"})
    assert pool.last_words.endswith("from a grandchild\n")
    assert len(pool.last_words) <= 4096


def test_an_answer_that_is_no_json_is_an_error(make: Make) -> None:
    with pytest.raises(ChildError, match="TypeError"):
        make("misbehave").call({"do": "no json"})


def test_an_answer_that_is_too_big_is_refused(make: Make) -> None:
    pool = make("misbehave")
    with pytest.raises(ChildError, match="answered with more than 32 MiB"):
        pool.call({"do": "big answer"})
    assert pool.call({"do": "ok"})


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("tests.support.child_targets:broken", r"RuntimeError at child_targets\.py:\d+"),
        ("tests.support.child_targets:missing", "AttributeError"),
        ("no_such_module:anything", "ModuleNotFoundError"),
    ],
)
def test_a_target_that_does_not_start_says_so(target: str, why: str) -> None:
    with closing(ChildPool(target, 1, 5, 512 * MIB)) as pool:
        for _ in range(2):  # the seat is free again
            with pytest.raises(ChildError, match=f"{target} could not be started: {why}") as caught:
                pool.call({})
            assert "hunter2" not in str(caught.value)
        assert pool.pids == frozenset()


def test_the_environment_is_not_inherited(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAPEWATCH_SMTP_PASSWORD", "hunter2")
    assert "TAPEWATCH_SMTP_PASSWORD" not in make("misbehave").call({"do": "environment"})["names"]


def test_many_callers_share_the_seats(make: Make) -> None:
    pool = make("echo", size=2)
    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(lambda number: pool.call({"number": number}, bytes(number)), range(60)))
    assert [(answer["meta"]["number"], answer["size"]) for answer in answers] == [(number, number) for number in range(60)]
    assert len({answer["pid"] for answer in answers}) <= 2


def test_one_hanging_child_leaves_the_other_seat_alone(make: Make) -> None:
    pool = make("misbehave", size=2, timeout=5)
    with ThreadPoolExecutor(1) as callers:
        hanging = callers.submit(pool.call, {"do": "hang in c"})
        assert all(pool.call({"do": "ok"}) for _ in range(5))
        assert not hanging.done()
        pool.close()
        with pytest.raises(ChildError, match="died"):
            hanging.result()


def test_close_ends_calls_under_way_and_calls_that_wait(make: Make) -> None:
    pool = make("misbehave", timeout=60)
    pool.call({"do": "ok"})
    pids = pool.pids
    with ThreadPoolExecutor(3) as callers:
        calls = [callers.submit(pool.call, {"do": "hang in c"}) for _ in range(3)]
        pool.close()
        for call in calls:
            with pytest.raises(ChildError):
                call.result(timeout=10)
    assert all(gone(pid) for pid in pids)
    with pytest.raises(ChildError, match="its pool is closed"):
        pool.call({"do": "ok"})
    pool.close()


def test_children_go_with_a_pool_that_nobody_closed() -> None:
    pool = ChildPool("tests.support.child_targets:echo", 1, 20, 512 * MIB)
    pid = pool.call({})["pid"]
    del pool
    assert gone(pid)


def test_a_child_that_ends_late_is_waited_for_with_the_next(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.child, "_ENDING_SECONDS", 0)
    pool, next_one = make("echo"), make("echo")
    pid = pool.call({})["pid"]
    next_one.call({})
    handle = os.pidfd_open(pid)
    pool.close()
    assert ended(handle, within=10)
    os.close(handle)
    next_one.close()
    assert gone(pid)


def test_children_die_with_their_parent_idle_or_busy() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.child_targets"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        children = [os.pidfd_open(int(pid)) for pid in parent.stdout.readline().split()]
        assert len(children) == 2
        parent.kill()
        assert all(ended(child, within=5) for child in children)
    for child in children:
        os.close(child)


def test_a_child_outlives_the_thread_that_called_first(make: Make) -> None:
    pool = make("echo")
    with ThreadPoolExecutor(1) as caller:
        first = caller.submit(pool.call, {}).result()["pid"]
    assert pool.call({})["pid"] == first


# --- the child's end, in this process, with limits that do not bite ---

START = {"init": {"word": "x"}, "memory_bytes": resource.RLIM_INFINITY, "cpu_seconds": 10**6}


def said(frame: bytes) -> dict[str, object]:
    answer: dict[str, object] = json.loads(frame[HEAD.size :])
    return answer


def test_the_first_request_starts_the_target_and_the_next_are_answered() -> None:
    server = Server("tests.support.child_targets:echo")
    assert said(server.answer(START, b"")) == {"answer": {}, "again": True}
    answer = said(server.answer({"n": 1}, b"ab"))["answer"]
    assert answer == {"meta": {"n": 1}, "size": 2, "sum": 195, "init": {"word": "x"}, "pid": os.getpid()}


def test_after_an_error_the_child_goes_on_but_not_without_memory(capsys: pytest.CaptureFixture[str]) -> None:
    server = Server("tests.support.child_targets:misbehave")
    server.answer(START, b"")
    assert said(server.answer({"do": "fail"}, b""))["again"] is True
    assert said(server.answer({"do": "memory error"}, b"")) == {"error": "out of memory"}
    assert not server.usable
    assert "hunter2" in capsys.readouterr().err  # only there


def test_a_target_that_fails_to_start_ends_the_child() -> None:
    server = Server("tests.support.child_targets:broken")
    assert str(said(server.answer(START, b""))["error"]).startswith("RuntimeError at child_targets.py:")
    assert not server.usable


def test_frames_are_read_whole_or_not_at_all() -> None:
    frame = framed({"n": 1}, b"body")
    assert receive(io.BytesIO(frame)) == ({"n": 1}, b"body")
    for cut in (0, 3, len(frame) - 1):
        assert receive(io.BytesIO(frame[:cut])) is None


FORKING = """
import os
from service.child import ChildPool
pool = ChildPool("tests.support.child_targets:echo", 1, 20, 512 << 20, {})
first = pool.call({})["pid"]
number = os.fork()
if not number:
    second = pool.call({})["pid"]
    pool.close()
    os._exit(first == second)
print(os.waitpid(number, 0)[1], pool.call({})["pid"] == first)
pool.close()
"""


def test_who_was_forked_from_the_owner_of_a_pool_has_children_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORKING], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("0 True\n", "")
