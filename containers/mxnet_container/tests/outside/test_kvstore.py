"""The kvstore's processes, with a stand-in for MXNet that notes its environment and waits."""
import json
import os
import sys
import time

import pytest
from mxnet_container import kvstore

STAND_IN = [sys.executable, '-c', '''
import json, os, sys, time
with open(os.path.join(sys.argv[1], os.environ["DMLC_ROLE"]), "w") as f:
    json.dump({k: v for k, v in os.environ.items() if k.startswith(("DMLC", "PS"))}, f)
time.sleep(600)
''']
BROKEN = [sys.executable, '-c', 'import sys; sys.exit(3)']


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    before = dict(os.environ)
    monkeypatch.setattr(kvstore, 'address_of', lambda host, **kwargs: '10.0.0.' + host[-1])
    yield
    os.environ.clear()
    os.environ.update(before)


def wait_until(condition, seconds=20):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, 'it did not come true within %s s' % seconds
        time.sleep(0.02)


def read_when_written(path):
    def written():
        try:
            return json.loads(path.read())
        except Exception:
            return None
    wait_until(lambda: path.check() and written())
    return written()


def test_the_first_host_schedules_and_every_host_serves(tmpdir):
    hosts = ['algo-2', 'algo-1']
    first = kvstore.KvStore(hosts, 'algo-1', 9001, 2, STAND_IN + [str(tmpdir.mkdir('1'))])
    second = kvstore.KvStore(hosts, 'algo-2', 9001, 2, STAND_IN + [str(tmpdir.mkdir('2'))])
    try:
        first.start()
        worker = {name: os.environ[name] for name in os.environ if name.startswith(('DMLC', 'PS'))}
        second.start()
        common = {'DMLC_NUM_WORKER': '2', 'DMLC_NUM_SERVER': '2', 'DMLC_PS_ROOT_URI': '10.0.0.1',
                  'DMLC_PS_ROOT_PORT': '9001', 'PS_VERBOSE': '2'}
        assert worker == dict(common, DMLC_ROLE='worker', DMLC_NODE_HOST='10.0.0.1')
        for role in ('scheduler', 'server'):
            assert read_when_written(tmpdir.join('1', role)) == dict(common, DMLC_ROLE=role,
                                                                     DMLC_NODE_HOST='10.0.0.1')
        assert read_when_written(tmpdir.join('2', 'server')) == dict(common, DMLC_ROLE='server',
                                                                     DMLC_NODE_HOST='10.0.0.2')
        assert not tmpdir.join('2', 'scheduler').check()
    finally:
        first.stop()
        second.stop()


def test_stopping_ends_the_processes_and_is_no_failure(tmpdir):
    store = kvstore.KvStore(['algo-1'], 'algo-1', program=STAND_IN + [str(tmpdir)])
    store.start()
    read_when_written(tmpdir.join('server'))
    assert store.broken() is None
    store.stop()
    assert store.broken() is None
    assert all(process.poll() is not None for process in store._processes.values())


def test_a_process_that_ends_with_an_error_is_named():
    store = kvstore.KvStore(['algo-1', 'algo-2'], 'algo-2', program=BROKEN)
    store.start()
    wait_until(store.broken)
    assert store.broken() == 'the kvstore server on algo-2 ended with code 3'
    store.stop()


def test_a_host_without_an_address_is_named(monkeypatch):
    monkeypatch.undo()
    with pytest.raises(ValueError, match='host no-such-host.invalid cannot be looked up'):
        kvstore.address_of('no-such-host.invalid', patience=0)
    assert kvstore.address_of('no-such-host.invalid', alone=True) == '127.0.0.1'
