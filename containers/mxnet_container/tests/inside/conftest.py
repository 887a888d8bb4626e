"""Runs the images' entry point as Docker does, on an /opt/ml of the test's own."""
import json
import os
import shutil
import subprocess
import time

import pytest

ROOT = '/opt/ml'


def wait_for(what, condition, seconds=30):
    end = time.time() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.time() < end, '%s did not come true within %d s; last seen: %r' % (what, seconds, answer)
        time.sleep(0.05)


class OptMl(object):
    """/opt/ml, as the service lays it out."""

    def write(self, name, text):
        path = os.path.join(ROOT, name)
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        with open(path, 'w') as target:
            target.write(text)
        return path

    def read(self, name):
        with open(os.path.join(ROOT, name)) as source:
            return source.read()

    def files(self, name):
        return sorted(os.listdir(os.path.join(ROOT, name)))

    def job(self, script, **hyperparameters):
        """A training job of one host whose script is there already."""
        self.write('code/script.py', script)
        encoded = {name: json.dumps(value) for name, value in hyperparameters.items()}
        for name, value in (('program', 'script.py'), ('region', 'us-east-1'), ('container_log_level', 20),
                            ('submit_directory', 'file:///opt/ml/code')):
            encoded.setdefault('sagemaker_' + name, json.dumps(value))
        self.write('input/config/hyperparameters.json', json.dumps(encoded))
        self.write('input/config/resourceconfig.json', json.dumps({'current_host': 'algo-1', 'hosts': ['algo-1']}))
        self.write('input/config/inputdataconfig.json', json.dumps({'train': {'TrainingInputMode': 'File'}}))
        self.write('input/data/train/numbers', '1 2 3')
        self.write('model/.keep', '')
        os.remove(os.path.join(ROOT, 'model/.keep'))


@pytest.fixture
def opt_ml():
    shutil.rmtree(ROOT, ignore_errors=True)
    yield OptMl()
    shutil.rmtree(ROOT, ignore_errors=True)


@pytest.fixture
def train(opt_ml):
    """Trains a script to its end; answers exit code and output."""
    def run(script, **hyperparameters):
        opt_ml.job(script, **hyperparameters)
        process = subprocess.Popen(['entry.py', 'train'], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output = process.communicate()[0].decode('utf-8')
        return process.returncode, output
    return run


class Endpoint(object):
    """A running model server."""

    def __init__(self, process, log):
        self.process = process
        self.log = log

    def ask(self, body, content_type='application/json', accept='application/json'):
        import requests
        return requests.post('http://127.0.0.1:8080/invocations', data=body,
                             headers={'Content-Type': content_type, 'Accept': accept})

    def output(self):
        with open(self.log) as log:
            return log.read()


@pytest.fixture
def serve(opt_ml, tmpdir):
    """Serves /opt/ml/model, with a script if one is given, once it answers pings."""
    import requests
    started = []

    def healthy():
        try:
            return requests.get('http://127.0.0.1:8080/ping', timeout=2).status_code == 200
        except requests.RequestException:
            return False

    def run(script=None, wait=True, **environment):
        env = dict(os.environ, SAGEMAKER_REGION='us-east-1', SAGEMAKER_CONTAINER_LOG_LEVEL='20',
                   SAGEMAKER_MODEL_SERVER_WORKERS='1')
        env.update(environment)
        if script is not None:
            opt_ml.write('code/script.py', script)
            env.update(SAGEMAKER_PROGRAM='script.py', SAGEMAKER_SUBMIT_DIRECTORY='/opt/ml/code')
        log = str(tmpdir.join('serve.log'))
        with open(log, 'w') as output:
            process = subprocess.Popen(['entry.py', 'serve'], stdout=output, stderr=subprocess.STDOUT, env=env)
        one = Endpoint(process, log)
        started.append(one)
        if wait:
            wait_for('ping', lambda: healthy() or one.output()[-500:] and process.poll() is not None)
            assert process.poll() is None, one.output()
        return one

    yield run
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
        wait_for('the end of the server', lambda: one.process.poll() is not None)
    wait_for('a free port', lambda: not healthy())
