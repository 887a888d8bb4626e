"""The figures of scripts/bench: each is measured beside its yardstick, run by run in turn."""
import argparse
import contextlib
import http.client
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import urllib.request
import uuid

import boto3

import bench_s3

JAVA = os.environ['BENCH_JAVA'].split()
IMAGE = 'sagelocal/debian:bullseye-slim'
MXNET = 'sagelocal/mxnet:1.2.1-cpu-py3'
LIGHT = 'sagelocal-bench/light'
LIGHT_FOLDER = os.path.join(os.path.dirname(__file__), '..', '..', 'emulator', 'src', 'it', 'python')
HEADERS = {'Content-Type': 'application/octet-stream', 'Accept': 'application/octet-stream',
           'Authorization': 'AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sagemaker/aws4_request'}
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


def start_figures(report):
    starts, idle = [], []
    for _ in range(7):
        one = Emulator()
        time.sleep(2)
        starts.append(one.started)
        idle.append(one.megabytes())
        one.close()
    report('start to first answer, s', statistics.median(starts), 0.383, 1.0, 'AWS Emulator as reported, 0.383 s')
    report('idle memory, MB', statistics.median(idle), 100, 1.3, 'a Javalin hello with AOT cache, 81-110 MB')


def create(sagemaker, entrypoint, hosts=1):
    name = 'bench-' + uuid.uuid4().hex[:12]
    sagemaker.create_training_job(
        TrainingJobName=name, RoleArn=ROLE,
        AlgorithmSpecification={'TrainingImage': IMAGE, 'TrainingInputMode': 'File', 'ContainerEntrypoint': entrypoint},
        OutputDataConfig={'S3OutputPath': 's3://%s/out' % BUCKET},
        ResourceConfig={'InstanceType': 'ml.c4.xlarge', 'InstanceCount': hosts, 'VolumeSizeInGB': 1},
        StoppingCondition={'MaxRuntimeInSeconds': 60})
    return name


def completed(sagemaker, name):
    status = sagemaker.describe_training_job(TrainingJobName=name)['TrainingJobStatus']
    assert status == 'Completed', status


def training_figures(report, sagemaker):
    def job():
        completed(sagemaker, create(sagemaker, ['/bin/true']))

    def docker():
        subprocess.check_call(['docker', 'run', '--rm', '--entrypoint', '/bin/true', IMAGE])

    pairs = [(timed(job), timed(docker)) for _ in range(15)]
    report('trivial job, create to Completed, s', statistics.median(p[0] for p in pairs),
           statistics.median(p[1] for p in pairs), 1.5, 'docker run of the same image')
    name = sagemaker.list_training_jobs(MaxResults=1)['TrainingJobSummaries'][0]['TrainingJobName']
    describes = [timed(lambda: sagemaker.describe_training_job(TrainingJobName=name)) for _ in range(300)]
    report('Describe p50 through boto3, s', percentile(describes, 0.5), 0.0042, 0.25, "moto's Describe, 4.2 ms as seen")
    raw = raw_describes(sagemaker.meta.endpoint_url, name, 300)
    report('Describe p50 without boto3, s', percentile(raw, 0.5), percentile(describes, 0.5), None, 'the same through boto3')


def raw_describes(endpoint, name, count):
    connection = http.client.HTTPConnection(endpoint.split('/')[2])
    headers = {'X-Amz-Target': 'SageMaker.DescribeTrainingJob', 'Content-Type': 'application/x-amz-json-1.1'}

    def describe():
        connection.request('POST', '/', json.dumps({'TrainingJobName': name}), headers)
        answer = connection.getresponse()
        assert json.loads(answer.read())['TrainingJobName'] == name, answer.status

    return [timed(describe) for _ in range(count)]


def host_figures(report, client):
    """From create to the last host's first line, which each writes with the time on it."""
    def all_in_user_code(hosts):
        began = time.time()
        name = create(client('sagemaker'), ['/bin/date', '+%s.%N'], hosts)
        completed(client('sagemaker'), name)
        events = client('logs').filter_log_events(
            logGroupName='/aws/sagemaker/TrainingJobs', logStreamNamePrefix=name + '/')['events']
        assert len(events) == hosts, events
        return max(float(event['message']) for event in events) - began

    def docker(hosts):
        runs = [subprocess.Popen(['docker', 'run', '--rm', '--network', network, '--entrypoint', '/bin/date', IMAGE],
                                 stdout=subprocess.DEVNULL) for _ in range(hosts)]
        assert [run.wait() for run in runs] == [0] * hosts

    network = 'bench-' + uuid.uuid4().hex[:12]
    subprocess.check_call(['docker', 'network', 'create', network], stdout=subprocess.DEVNULL)
    try:
        rounds = [(all_in_user_code(8), all_in_user_code(1), timed(lambda: docker(8))) for _ in range(5)]
    finally:
        subprocess.check_call(['docker', 'network', 'rm', network], stdout=subprocess.DEVNULL)
    eight, one, theirs = (statistics.median(column) for column in zip(*rounds))
    report('8 hosts, create to all in user code, s', eight, one, 3.0, 'one host')
    report('8 hosts, create to all in user code, s', eight, theirs, 1.0, 'eight docker run at once on a network')


def post(connection, path, headers):
    connection.request('POST', path, b'x' * 200, headers)
    answer = connection.getresponse()
    assert answer.read() == b'x' * 200, answer.status


def latencies(host, port, path, headers, count):
    connection = http.client.HTTPConnection(host, port)
    for _ in range(50):
        post(connection, path, headers)
    return [timed(lambda: post(connection, path, headers)) for _ in range(count)]


def throughput(host, port, path, headers, clients, each):
    def work():
        connection = http.client.HTTPConnection(host, port)
        for _ in range(each):
            post(connection, path, headers)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    spent = timed(lambda: [thread.start() for thread in threads] and [thread.join() for thread in threads])
    return clients * each / spent


def invocation_figures(report, emulator, sagemaker, s3):
    """Just started, as a short test meets it, and in use, as the goals are meant; a light container and one of MXNet."""
    subprocess.run(['docker', 'build', '-q', '-t', LIGHT, '-f', '-', LIGHT_FOLDER],
                   input=b'FROM %s\nCOPY light_model.pl /usr/local/bin/serve\n' % IMAGE.encode(), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, DOCKER_BUILDKIT='0'))
    port = int(emulator.endpoint.rsplit(':', 1)[1])
    with endpoint(sagemaker, 'mxnet', MXNET, echo_script(s3)) as mxnet:
        compare(report, port, 'mxnet', mxnet, 'MXNet, just started', False)
        with endpoint(sagemaker, 'light', LIGHT, {}) as light:
            throughput('127.0.0.1', port, '/endpoints/light/invocations', HEADERS, 4, 5000)
            compare(report, port, 'light', light, 'light, in use', True)
        throughput('127.0.0.1', port, '/endpoints/mxnet/invocations', HEADERS, 4, 1000)
        compare(report, port, 'mxnet', mxnet, 'MXNet, in use', True)


def echo_script(s3):
    """The environment of an MXNet container that gives back what it gets."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode='w:gz') as tar:
        entry = tarfile.TarInfo('script.py')
        entry.size = len(ECHO)
        tar.addfile(entry, io.BytesIO(ECHO.encode()))
    s3.put_object(Bucket=BUCKET, Key='code.tar.gz', Body=packed.getvalue())
    return {'SAGEMAKER_PROGRAM': 'script.py', 'SAGEMAKER_SUBMIT_DIRECTORY': 's3://%s/code.tar.gz' % BUCKET,
            'SAGEMAKER_REGION': 'us-east-1', 'SAGEMAKER_CONTAINER_LOG_LEVEL': '40'}


@contextlib.contextmanager
def endpoint(sagemaker, name, image, environment):
    """An endpoint of one container, whose address is given; gone afterwards."""
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE,
                           PrimaryContainer={'Image': image, 'Environment': environment})
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[{
        'VariantName': 'v', 'ModelName': name, 'InitialInstanceCount': 1, 'InstanceType': 'ml.c4.xlarge'}])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    try:
        assert sagemaker.describe_endpoint(EndpointName=name)['EndpointStatus'] == 'InService'
        container = subprocess.check_output(
            ['docker', 'ps', '-q', '--filter', 'label=io.sagelocal.endpoint=' + name], text=True).split()[0]
        yield subprocess.check_output(
            ['docker', 'inspect', '-f', '{{.NetworkSettings.IPAddress}}', container], text=True).strip()
    finally:
        sagemaker.delete_endpoint(EndpointName=name)


def compare(report, port, name, address, words, goals):
    """One client's latencies and 32 clients' throughput, by turns with the container itself."""
    path = '/endpoints/%s/invocations' % name
    ours, direct = [], []
    for _ in range(5):
        ours += latencies('127.0.0.1', port, path, HEADERS, 300)
        direct += latencies(address, 8080, '/invocations', HEADERS, 300)
    for part, figure, goal in ((0.5, 'p50', '0.15'), (0.99, 'p99', '1')):
        a, b = percentile(ours, part) * 1000, percentile(direct, part) * 1000
        report('Invoke 200 B, %s, %s, ms' % (words, figure), a, b, None,
               'the container itself; +%.2f ms%s' % (a - b, ', goal +%s ms' % goal if goals else ''))
    rates = [(throughput('127.0.0.1', port, path, HEADERS, 32, 40),
              throughput(address, 8080, '/invocations', HEADERS, 32, 40)) for _ in range(3)]
    report('32 clients, %s, 1/s' % words, statistics.median(r[0] for r in rates),
           statistics.median(r[1] for r in rates), -0.8 if goals else None, 'the container itself')


def sdk_figures(report, client):
    """SDK 1.72's whole fit and deploy; its own local mode beside it where docker compose is there."""
    import numpy as np
    import sagemaker
    from sagemaker.mxnet import MXNet
    session = sagemaker.Session(default_bucket=BUCKET)
    folder = tempfile.mkdtemp()
    script = os.path.join(folder, 'script.py')
    with open(script, 'w') as out:
        out.write('def train(**kwargs):\n    pass\n' + ECHO)
    data = session.upload_data(script, key_prefix='data')
    fits, deploys = [], []
    for _ in range(3):
        estimator = MXNet(script, role=ROLE, train_instance_count=1, train_instance_type='ml.c4.xlarge',
                          framework_version='1.2.1', py_version='py3', sagemaker_session=session)
        fits.append(timed(lambda: estimator.fit({'train': data}, logs=False)))
        began = time.perf_counter()
        predictor = estimator.deploy(initial_instance_count=1, instance_type='ml.c4.xlarge')
        predictor.predict(np.zeros(2))
        deploys.append(time.perf_counter() - began)
        predictor.delete_endpoint()
    shutil.rmtree(folder)
    report('SDK 1.72 fit of a trivial script, MXNet image, s', statistics.median(fits), None, 1.25,
           'its local mode was not run: it needs docker compose and an image named as its own')
    report('SDK 1.72 deploy to first predict, MXNet image, s', statistics.median(deploys), 5.0, 0.15,
           "its local mode's 5.0 s as seen")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--json', action='store_true')
    as_json = parser.parse_args().json
    figures = []

    def report(name, value, yardstick, goal, against):
        """A negative goal is a least ratio."""
        ratio = value / yardstick if yardstick else None
        figures.append({'name': name, 'value': value, 'yardstick': yardstick, 'ratio': ratio, 'goal': goal,
                        'against': against})
        if not as_json:
            print('%-48s %9.4g  yardstick %9s  ratio %6s  goal %8s  (%s)' % (
                name, value, '%.4g' % yardstick if yardstick else '-', '%.2f' % ratio if ratio else '-',
                '-' if goal is None else '>= %g' % -goal if goal < 0 else '<= %g' % goal, against), flush=True)

    start_figures(report)
    bench_s3.s3_figures(report, Emulator, lambda one: boto3.client(
        'sagemaker', endpoint_url=one.endpoint, region_name='us-east-1', aws_access_key_id='000000000000',
        aws_secret_access_key='x'), IMAGE, ROLE)
    emulator = Emulator()
    try:
        os.environ.update(AWS_ENDPOINT_URL=emulator.endpoint, AWS_ACCESS_KEY_ID='000000000000',
                          AWS_SECRET_ACCESS_KEY='x', AWS_DEFAULT_REGION='us-east-1')
        client = boto3.client
        s3 = client('s3')
        s3.create_bucket(Bucket=BUCKET)
        training_figures(report, client('sagemaker'))
        host_figures(report, client)
        invocation_figures(report, emulator, client('sagemaker'), s3)
        stdout, sys.stdout = sys.stdout, open(os.devnull, 'w')
        found = []
        try:
            sdk_figures(lambda *figure: found.append(figure), client)
        finally:
            sys.stdout = stdout
        for figure in found:
            report(*figure)
    finally:
        emulator.close()
    if as_json:
        print(json.dumps(figures, indent=1))


if __name__ == '__main__':
    main()
