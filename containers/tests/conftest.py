"""Images as Docker runs them: /opt/ml folders, networks and containers of the tests' own."""
import gzip
import json
import os
import shutil
import subprocess
import sys
import uuid

import numpy as np
import pytest
import requests

sys.path.insert(0, os.path.dirname(__file__))
from engine import LABEL, Container, docker, wait_for  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, 'containers', 'build')
DIGITS = os.path.join(ROOT, 'fixtures', 'digits')
TINY = 'sagelocal/debian:bullseye-slim'


def image_names():
    return subprocess.check_output([BUILD, '--list']).decode('utf-8').split()


class Folder(object):
    """A folder that becomes a container's /opt/ml."""

    def __init__(self, path):
        self.path = str(path)

    def write(self, name, content):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as target:
            target.write(content if isinstance(content, bytes) else content.encode('utf-8'))

    def read(self, name):
        with open(os.path.join(self.path, name)) as source:
            return source.read()

    def has(self, name):
        return os.path.lexists(os.path.join(self.path, name))

    def job(self, files, hosts=('algo-1',), host='algo-1', channels=(), hyperparameters=None,
            submit_directory='/opt/ml/code', program='script.py'):
        """A training job whose code is there already; ``files`` is the script's text or several files."""
        for name, content in (files if isinstance(files, dict) else {'script.py': files}).items():
            self.write('code/' + name, content)
        given = {'sagemaker_program': program, 'sagemaker_submit_directory': submit_directory,
                 'sagemaker_region': 'us-west-2', 'sagemaker_container_log_level': 20,
                 'sagemaker_job_name': 'job'}
        given.update(hyperparameters or {})
        self.write('input/config/hyperparameters.json',
                   json.dumps({name: json.dumps(value) for name, value in given.items()}))
        self.write('input/config/resourceconfig.json', json.dumps(
            {'current_host': host, 'hosts': list(hosts), 'network_interface_name': 'eth0'}))
        self.write('input/config/inputdataconfig.json', json.dumps(
            {channel: {'TrainingInputMode': 'File', 'S3DistributionType': 'FullyReplicated',
                       'RecordWrapperType': 'None'} for channel in channels}))
        for channel, content in dict(channels).items():
            self.write('input/data/%s/data.csv' % channel, content)
        for folder in ('model', 'output/data'):
            os.makedirs(os.path.join(self.path, folder), exist_ok=True)
        return self


class Workbench(object):
    """Makes folders, networks and containers, and removes them all."""

    def __init__(self, tmp_path):
        self._tmp = tmp_path
        self._containers = []
        self._networks = []
        self._folders = []

    def folder(self):
        path = self._tmp / uuid.uuid4().hex[:8]
        path.mkdir()
        self._folders.append(str(path))
        return Folder(path)

    def network(self):
        name = 'sagelocal-containers-test-' + uuid.uuid4().hex[:8]
        docker('network', 'create', '--label', LABEL, name)
        self._networks.append(name)
        return name

    def start(self, *arguments, **options):
        container = Container(*arguments, **options)
        self._containers.append(container)
        return container

    def train(self, image, folder, **options):
        """Trains on one host to the end; answers the exit code and the log."""
        container = self.start(image, ['train'], folder.path, dict(TRAINING_JOB_NAME='job'), name='algo-1', **options)
        return container.wait(), container.log()

    def serve(self, image, folder, environment=None):
        """A model server, once it answers pings."""
        container = self.start(image, ['serve'], folder.path, dict(
            {'SAGEMAKER_REGION': 'us-west-2', 'SAGEMAKER_CONTAINER_LOG_LEVEL': '20',
             'SAGEMAKER_MODEL_SERVER_WORKERS': '1'}, **environment or {}))
        return Endpoint(container)

    def clean(self):
        for container in self._containers:
            container.remove()
        for network in self._networks:
            docker('network', 'rm', network)
        if any(os.listdir(folder) for folder in self._folders):
            # what a container writes is root's
            docker('run', '--rm', '--label', LABEL, '-v', '%s:/clean' % self._tmp, TINY,
                   'find', '/clean', '-mindepth', '1', '-delete')


class Endpoint(object):
    def __init__(self, container):
        self.container = container
        self._url = 'http://%s:8080' % container.address()
        wait_for('ping', lambda: self._ping() or not container.running())
        assert container.running(), container.log()

    def _ping(self):
        try:
            return requests.get(self._url + '/ping', timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def ask(self, body, content_type='application/json', accept='application/json'):
        return requests.post(self._url + '/invocations', data=body, timeout=60,
                             headers={'Content-Type': content_type, 'Accept': accept})

    def answer(self, *arguments):
        response = self.ask(*arguments)
        assert response.status_code == 200, '%s\n%s' % (response.text, self.container.log())
        return response

    def log(self):
        return self.container.log()


@pytest.fixture
def workbench(tmp_path):
    bench = Workbench(tmp_path)
    yield bench
    bench.clean()


class DigitsData(object):
    """The handwritten digits of fixtures/digits, a fifth of them for tests."""

    def __init__(self):
        with gzip.open(os.path.join(DIGITS, 'digits.csv.gz')) as packed:
            rows = packed.read().decode().splitlines()
        self.channels = {'test': '\n'.join(rows[::5]) + '\n',
                         'train': '\n'.join(row for i, row in enumerate(rows) if i % 5) + '\n'}
        table = np.array([[float(value) for value in row.split(',')] for row in rows[::5]])
        self.images = table[:100, :-1] / 16.0
        self.truth = table[:100, -1].astype(int)

    def assert_known(self, answers):
        answers = np.array(answers)
        assert answers.shape == (100, 10)
        assert (answers.argmax(axis=1) == self.truth).mean() >= 0.95


@pytest.fixture(scope='session')
def digits():
    return DigitsData()


@pytest.fixture(scope='session')
def digits_script():
    with open(os.path.join(DIGITS, 'digits.py')) as script:
        return script.read()


@pytest.fixture(scope='session', autouse=True)
def images_are_built():
    missing = [name for name in image_names() if subprocess.call(
        ['docker', 'image', 'inspect', name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)]
    assert not missing, 'not built: %s; run containers/build' % ' '.join(missing)


def csv_of(rows):
    return '\n'.join(','.join(repr(float(value)) for value in row) for row in rows) + '\n'
