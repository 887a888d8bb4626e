"""The hosts of a job end together; here all of them are in one process."""
import threading
import time

import pytest
from mxnet_container import rendezvous
from mxnet_container.rendezvous import Coordinator, HostFailed, Member

HOSTS = ['algo-1', 'algo-2', 'algo-3']


class Job(object):
    def __init__(self):
        self.coordinator = Coordinator(HOSTS, 0)
        self.told = {}
        self.members = {host: self.member(host) for host in HOSTS}

    def member(self, host):
        def on_failure(failed, reason):
            self.told[host] = (failed, reason)
        return Member(host, '127.0.0.1', self.coordinator.port, on_failure, patience=5)


@pytest.fixture
def job():
    one = Job()
    yield one
    one.coordinator.close()


def wait_until(condition, seconds=10):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, 'it did not come true within %s s' % seconds
        time.sleep(0.01)


def in_thread(function):
    """Runs it; answers a list that will hold what it raised, or None."""
    outcome = []

    def run():
        try:
            function()
            outcome.append(None)
        except HostFailed as failed:
            outcome.append(str(failed))
    threading.Thread(target=run).start()
    return outcome


def test_a_host_that_is_done_waits_for_the_others(job):
    early = [in_thread(job.members[host].done) for host in HOSTS[:2]]
    time.sleep(0.3)
    assert early == [[], []]
    job.members['algo-3'].done()
    wait_until(lambda: early == [[None], [None]])
    assert job.told == {}


def test_a_failing_host_is_named_to_all_the_others(job):
    waiting = in_thread(job.members['algo-1'].done)
    job.members['algo-2'].failed('ValueError: no such column')
    wait_until(lambda: waiting and 'algo-3' in job.told)
    assert waiting == ['host algo-2 failed: ValueError: no such column']
    assert job.told == {'algo-3': ('algo-2', 'ValueError: no such column')}


def test_the_first_host_may_be_the_one_that_fails(job):
    job.members['algo-1'].failed('MemoryError: ')
    wait_until(lambda: len(job.told) == 2)
    assert job.told == {host: ('algo-1', 'MemoryError: ') for host in HOSTS[1:]}


def test_a_host_that_vanishes_has_failed(job):
    wait_until(lambda: len(job.coordinator._connections) == 3)
    job.members['algo-2']._connection.shutdown(2)
    wait_until(lambda: 'algo-1' in job.told and 'algo-3' in job.told)
    assert job.told['algo-3'] == ('algo-2', 'it went away')


def test_a_host_that_comes_late_hears_of_the_failure():
    job = Job()
    try:
        job.members['algo-1'].failed('ValueError: early')
        late = []
        Member('algo-4', '127.0.0.1', job.coordinator.port, lambda host, reason: late.append(host), patience=5)
        wait_until(lambda: late == ['algo-1'])
    finally:
        job.coordinator.close()


def test_a_first_host_that_never_answers_is_named():
    told = []
    Member('algo-2', '127.0.0.1', 1, lambda host, reason: told.append(rendezvous.failure(host, reason)), patience=0.3)
    wait_until(lambda: told)
    assert told == ['host 127.0.0.1 failed: it cannot be reached']
