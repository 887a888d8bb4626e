"""The same tests over every store that the emulator can have: its own, a managed MinIO, and any other S3 at an address."""
import importlib.util
import os
import shutil
import subprocess
import uuid

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(os.path.join(HERE, *['..'] * 4))
FAKE_S3 = os.environ.get('FAKE_S3_COMMAND') or '%s/bin/java -jar %s' % (
    os.environ['JAVA_HOME'], os.path.join(ROOT, 'fake-s3', 'target', 'fake-s3.jar'))
CACHE = os.path.join(os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'sagelocal', 'minio')
spec = importlib.util.spec_from_file_location('emulators', os.path.join(HERE, '..', 'python', 'conftest.py'))
emulators = importlib.util.module_from_spec(spec)
spec.loader.exec_module(emulators)


def program(name):
    """One of MinIO's programs, or None."""
    return shutil.which(name) or shutil.which(os.path.join(CACHE, name))


class FakeS3(object):
    """The store alone, from its own jar: an S3 that the emulator did not start."""

    def __init__(self, folder):
        self.process = subprocess.Popen(FAKE_S3.split() + ['--port', '0', '--data-dir', str(folder)],
                                        stdout=subprocess.PIPE, universal_newlines=True)
        self.address = self.process.stdout.readline().split()[-1]
        assert self.process.stdout.readline() == 'Ready.\n'

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()


@pytest.fixture(scope='session', params=['embedded', 'minio', 'external'])
def store(request):
    """Which store the emulator has."""
    if request.param == 'minio' and not program('minio'):
        pytest.skip('MinIO is neither on the PATH nor built: scripts/minio')
    return request.param


def emulator_on(store, data):
    """Starts an emulator with a store: a word, or the address of one whose key is "key", its secret "a-secret"."""
    given = {'SAGELOCAL_S3': store, 'SAGELOCAL_S3_ACCESS_KEY': 'key', 'SAGELOCAL_S3_SECRET_KEY': 'a-secret'}
    os.environ.update(given)
    try:
        one = emulators.Emulator(data)
        one.given = given
        return one
    finally:
        for name in given:
            del os.environ[name]


@pytest.fixture(scope='session')
def emulator(store, tmp_path_factory):
    folder = tmp_path_factory.mktemp(store)
    behind = FakeS3(folder / 'behind') if store == 'external' else None
    one = emulator_on(behind.address if behind else store, folder / 'data')
    os.environ.update(one.environment())
    yield one
    one.stop()
    if behind:
        behind.stop()


@pytest.fixture
def client(emulator):
    """Makes boto3 clients."""
    import boto3
    return boto3.client


@pytest.fixture
def bucket(client):
    s3 = client('s3')
    one = 'bucket-' + uuid.uuid4().hex[:12]
    s3.create_bucket(Bucket=one)
    return one


@pytest.fixture
def mc(emulator, tmp_path):
    """Runs MinIO's own client."""
    path = program('mc')
    if not path:
        pytest.skip("MinIO's mc is neither on the PATH nor built: scripts/minio mc")
    host = emulator.endpoint.replace('//', '//000000000000:a-secret@')
    environment = dict(os.environ, MC_HOST_local=host, MC_CONFIG_DIR=str(tmp_path / 'mc'))

    def run(*args):
        return subprocess.check_output((path, '--quiet') + args, env=environment, universal_newlines=True)

    return run
