"""The store's figures: the embedded one beside a managed MinIO, both on the gateway's port, and channels beside cp,
and artifacts beside pigz."""
import array
import concurrent.futures
import http.client
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import uuid

from bench_common import IMAGE, ROLE, Emulator, timed

GIB = 1 << 30
SMALL = 10000
AUTHORIZATION = 'AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/s3/aws4_request'


class Client(object):
    """Plain HTTP, which hashes and signs nothing: what is measured is the store."""

    def __init__(self, endpoint):
        self.connection = http.client.HTTPConnection(endpoint.split('//')[1], blocksize=1 << 20)

    def ask(self, method, path, body=None, headers=()):
        self.connection.request(method, path, body, dict(headers, Authorization=AUTHORIZATION))
        answer = self.connection.getresponse()
        if answer.status >= 300:
            raise AssertionError('%s %s: %s %s' % (method, path, answer.status, answer.read()))
        return answer

    def put_file(self, path, file):
        with open(file, 'rb') as body:
            self.ask('PUT', path, body, {'Content-Length': str(os.path.getsize(file))}.items()).read()

    def get(self, path):
        answer = self.ask('GET', path)
        while answer.read(1 << 20):
            pass

    def put_in_parts(self, path, file, size=8 << 20):
        upload = re.search('<UploadId>([^<]*)', self.ask('POST', path + '?uploads').read().decode()).group(1)
        parts = []
        with open(file, 'rb') as body:
            for number, part in enumerate(iter(lambda: body.read(size), b''), 1):
                answer = self.ask('PUT', '%s?partNumber=%d&uploadId=%s' % (path, number, upload), part)
                answer.read()
                parts.append('<Part><PartNumber>%d</PartNumber><ETag>%s</ETag></Part>' % (
                    number, answer.headers['ETag']))
        self.ask('POST', '%s?uploadId=%s' % (path, upload), '<CompleteMultipartUpload>%s</CompleteMultipartUpload>' % (
            ''.join(parts))).read()

    def list(self, bucket):
        keys, token = 0, ''
        while True:
            page = self.ask('GET', '/%s?list-type=2%s' % (bucket, token)).read().decode()
            keys += page.count('<Key>')
            more = re.search('<NextContinuationToken>([^<]*)', page)
            if not more:
                return keys
            token = '&continuation-token=' + more.group(1).replace('+', '%2B').replace('=', '%3D').replace('/', '%2F')


def put_many(endpoint, bucket, count, data):
    def some(first):
        client = Client(endpoint)
        for i in range(first, count, 8):
            client.ask('PUT', '/%s/%05d' % (bucket, i), data).read()

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        list(threads.map(some, range(8)))


def store_figures(endpoint, large):
    """Seconds, by name."""
    client = Client(endpoint)
    bucket = 'bench-' + uuid.uuid4().hex[:8]
    client.ask('PUT', '/' + bucket).read()
    small = os.urandom(10000)
    figures = {'put 1 GiB': min(timed(lambda: client.put_file('/%s/large' % bucket, large)) for _ in range(3)),
               'get 1 GiB': min(timed(lambda: client.get('/%s/large' % bucket)) for _ in range(3)),
               'put 1,000 x 10 kB, one client': timed(lambda: [
                   client.ask('PUT', '/%s/one/%d' % (bucket, i), small).read() for i in range(1000)]),
               'get 1,000 x 10 kB, one client': timed(lambda: [
                   client.get('/%s/one/%d' % (bucket, i)) for i in range(1000)])}
    many = bucket + '-many'
    client.ask('PUT', '/' + many).read()
    client.connection.close()  # the server would, while it waits
    figures['put 10,000 x 10 kB, 8 clients'] = timed(lambda: put_many(endpoint, many, SMALL, small))
    figures['list 10,000'] = min(timed(lambda: client.list(many)) for _ in range(3))
    assert client.list(many) == SMALL
    return figures, bucket, many


def run_job(sagemaker, bucket, program, channel=None):
    """A job that runs a shell line; its times by secondary status, in seconds."""
    name = 'bench-' + uuid.uuid4().hex[:12]
    inputs = {'InputDataConfig': [{'ChannelName': 'train', 'DataSource': {
        'S3DataSource': {'S3DataType': 'S3Prefix', 'S3Uri': channel}}}]} if channel else {}
    sagemaker.create_training_job(
        TrainingJobName=name, RoleArn=ROLE,
        AlgorithmSpecification={'TrainingImage': IMAGE, 'TrainingInputMode': 'File',
                                'ContainerEntrypoint': ['/bin/sh', '-c', program]},
        OutputDataConfig={'S3OutputPath': 's3://%s/out' % bucket},
        ResourceConfig={'InstanceType': 'ml.c4.xlarge', 'InstanceCount': 1, 'VolumeSizeInGB': 3},
        StoppingCondition={'MaxRuntimeInSeconds': 600}, **inputs)
    while True:
        job = sagemaker.describe_training_job(TrainingJobName=name)
        if job['TrainingJobStatus'] != 'InProgress':
            break
    assert job['TrainingJobStatus'] == 'Completed', job.get('FailureReason')
    return {step['Status']: (step['EndTime'] - step['StartTime']).total_seconds()
            for step in job['SecondaryStatusTransitions']}


def channel_figures(report, run, client, bucket, many, folder, large):
    """``run(program, channel)`` is a job; channels beside ``cp`` of the same files."""
    def copied(source, name):
        target = os.path.join(folder, name)
        spent = timed(lambda: subprocess.check_call(['cp', '-r', source, target]))
        shutil.rmtree(target) if os.path.isdir(target) else os.remove(target)
        return spent

    def downloading(channel):
        return run('true', channel)['Downloading']

    downloading('s3://%s/one/1' % bucket)  # whatever is done once
    first, again, parts, cp = [], [], [], []
    for i in range(3):
        client.put_file('/%s/channel-%d/file' % (bucket, i), large)
        first.append(downloading('s3://%s/channel-%d/' % (bucket, i)))
        again.append(downloading('s3://%s/channel-%d/' % (bucket, i)))
        client.put_in_parts('/%s/parts-%d/file' % (bucket, i), large)
        parts.append(downloading('s3://%s/parts-%d/' % (bucket, i)))
        for gone in ('channel-%d' % i, 'parts-%d' % i):
            client.ask('DELETE', '/%s/%s/file' % (bucket, gone)).read()
        cp.append(copied(large, 'copy'))
    cp = statistics.median(cp)
    report('1 GiB File channel, first use, s', statistics.median(first), cp, 1.2, 'cp of the same file')
    report('the same, uploaded in parts of 8 MiB, s', statistics.median(parts), cp, 1.2, 'cp of the same file')
    report('1 GiB File channel, again, s', statistics.median(again), cp, 0.05, 'cp of the same file')
    tree = os.path.join(folder, 'tree')
    os.mkdir(tree)
    for i in range(SMALL):
        with open(os.path.join(tree, '%05d' % i), 'wb') as out:
            out.write(os.urandom(10000))
    pairs = [(downloading('s3://%s/' % many), copied(tree, 'trees')) for _ in range(3)]
    report('10,000 x 10 kB File channel, s', statistics.median(p[0] for p in pairs),
           statistics.median(p[1] for p in pairs), 1.2, 'cp -r of as many files')


def artifact_figures(report, run, bucket, folder):
    """Model folder to readable artifact, beside pigz at the same level."""
    channel = 's3://%s/channel/' % bucket
    pairs = []
    for _ in range(2):
        spent = run('cp /opt/ml/input/data/train/file /opt/ml/model/parameters', channel)
        pairs.append((spent['Uploading'], timed(lambda: subprocess.check_call(
            'tar -cf - -C %s model | pigz -1 >%s' % (folder, os.path.join(folder, 'model.tar.gz')), shell=True))))
    report('model.tar.gz of 1 GiB, s', min(p[0] for p in pairs), min(p[1] for p in pairs), 1.1, 'tar and pigz -1 of the same file, on the same cores')


def parameters(file):
    """1 GiB of numbers as training leaves them: small floats, all different."""
    block = array.array('f', (random.gauss(0, 0.05) for _ in range(1 << 20))).tobytes()
    with open(file, 'wb') as out:
        for i in range(GIB // len(block)):
            turn = i * 4099 * 4 % len(block)
            out.write(block[turn:] + block[:turn])


def s3_figures(report):
    folder = tempfile.mkdtemp()
    large = os.path.join(folder, 'large')
    with open(large, 'wb') as out:
        for _ in range(64):
            out.write(os.urandom(GIB // 64))
    try:
        with Emulator({'SAGELOCAL_S3': 'minio'}) as minio:
            yardstick = store_figures(minio.endpoint, large)[0]
        with Emulator() as embedded:
            ours, bucket, many = store_figures(embedded.endpoint, large)
            for name in ours:
                report('S3 %s, s' % name, ours[name], yardstick[name], 1.0, 'MinIO, same client, same port')
            job_figures(report, embedded, folder, large, bucket, many)
    finally:
        shutil.rmtree(folder)


def job_figures(report, embedded, folder, large, bucket, many):
    sagemaker = embedded.client('sagemaker')

    def run(program, channel):
        return run_job(sagemaker, bucket, program, channel)

    client = Client(embedded.endpoint)
    channel_figures(report, run, client, bucket, many, folder, large)
    os.mkdir(os.path.join(folder, 'model'))
    model = os.path.join(folder, 'model', 'parameters')
    parameters(model)
    client.put_file('/%s/channel/file' % bucket, model)
    artifact_figures(report, run, bucket, folder)
