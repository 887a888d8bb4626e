"""What every group of figures needs: an emulator of its own, its clients, times."""
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

import boto3

JAVA = os.environ['BENCH_JAVA'].split()
IMAGE = 'sagelocal/debian:bullseye-slim'
MXNET = 'sagelocal/mxnet:1.2.1-cpu-py3'
ROLE = 'arn:aws:iam::000000000000:role/Role'
BUCKET = 'sagemaker-us-east-1-000000000000'
ECHO = 'def model_fn(model_dir):\n    return 1\n\ndef transform_fn(model, data, content_type, accept):\n    return data, accept\n'


class Emulator(object):
    def __init__(self, environment=()):
        self.data = tempfile.mkdtemp()
        self.began = time.time()
        self.process = subprocess.Popen(JAVA + ['start', '--port', '0', '--data-dir', self.data],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env=dict(os.environ, **dict(environment)))
        for line in self.process.stdout:
            if line.startswith('Listening on '):
                self.endpoint = line.split()[-1]
            if line.startswith('Ready'):
                break
        urllib.request.urlopen(self.endpoint + '/_sagelocal/health').read()
        self.started = time.time() - self.began

    def megabytes(self):
        with open('/proc/%d/status' % self.process.pid) as status:
            return [int(line.split()[1]) / 1024 for line in status if line.startswith('VmRSS')][0]

    def client(self, service):
        return boto3.client(service, endpoint_url=self.endpoint, region_name='us-east-1',
                            aws_access_key_id='000000000000', aws_secret_access_key='x')

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.data, ignore_errors=True)


def timed(action):
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]
