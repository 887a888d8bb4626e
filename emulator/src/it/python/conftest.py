"""One emulator for the whole run, started as a user starts it; what it leaves behind is looked at in the end."""
import json
import os
import subprocess
import time
import uuid

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), *['..'] * 4))
COMMAND = os.environ.get('SAGELOCAL_COMMAND', os.path.join(ROOT, 'scripts', 'sagelocal'))


def wait_for(what, condition, seconds=60):
    """The first true answer of ``condition``; what it answered last is told when the time is over."""
    end = time.time() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.time() > end:
            raise AssertionError('%s did not come true within %d s; last seen: %r' % (what, seconds, answer))
        time.sleep(0.05)


class Emulator(object):
    """A process of the emulator with a data folder of its own."""

    def __init__(self, data, port=0):
        self.data = str(data)
        self.log = os.path.join(self.data, 'server.log')
        self.start(port)

    def launch(self, port):
        os.makedirs(self.data, exist_ok=True)
        with open(self.log, 'w') as log:
            self.process = subprocess.Popen([COMMAND, 'start', '--port', str(port), '--data-dir', self.data],
                                            stdout=log, stderr=subprocess.STDOUT)

    def start(self, port):
        self.launch(port)
        wait_for('Ready. in %s' % self.log, self.ready, 300)
        with open(os.path.join(self.data, 'server.json')) as note:
            self.note = json.load(note)
        self.endpoint = self.note['endpoint']

    def ready(self):
        with open(self.log) as log:
            text = log.read()
        assert self.process.poll() is None, 'the emulator ended: ' + text
        return 'Ready.' in text

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def environment(self):
        clean = {name: value for name, value in os.environ.items() if not name.startswith('AWS_')}
        exports = subprocess.check_output([COMMAND, 'env', '--data-dir', self.data], env=clean).decode()
        return dict(line[len('export '):].replace("'", '').split('=', 1) for line in exports.splitlines())

    def left_behind(self):
        with open(os.path.join(self.data, 'instance')) as instance:
            label = 'label=io.sagelocal.instance=' + instance.read()
        containers = subprocess.check_output(['docker', 'ps', '-aq', '--filter', label])
        networks = subprocess.check_output(['docker', 'network', 'ls', '-q', '--filter', label])
        volumes = subprocess.check_output(['docker', 'volume', 'ls', '-q', '--filter', label])
        return (containers + networks + volumes).decode().split()


@pytest.fixture(scope='session')
def emulator(tmp_path_factory):
    one = Emulator(tmp_path_factory.mktemp('data'))
    os.environ.update(one.environment())
    yield one
    try:
        wait_for('nothing left behind', lambda: not one.left_behind(), 20)
    finally:
        one.stop()


@pytest.fixture
def name(request):
    """A name of its own for each test; endpoints of that name which a failed test has left go with it."""
    one = '%s-%s' % (request.node.name.replace('_', '-').split('[')[0][:40].strip('-'), uuid.uuid4().hex[:8])
    client = request.getfixturevalue('client') if 'client' in request.fixturenames else None
    yield one
    if client:
        remove_endpoints(client('sagemaker'), one)


def remove_endpoints(sagemaker, name):
    def there():
        return sagemaker.list_endpoints(NameContains=name)['Endpoints']

    for left in there():
        if left['EndpointStatus'] != 'Deleting':
            sagemaker.delete_endpoint(EndpointName=left['EndpointName'])
    wait_for('no endpoint of ' + name, lambda: not there())


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
