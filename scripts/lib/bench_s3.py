"""The store's figures: the embedded one beside a managed MinIO, both on the gateway's port, and channels beside cp."""
import concurrent.futures
import http.client
import os
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import uuid

GIB = 1 << 30
SMALL = 10000
AUTHORIZATION = 'AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/s3/aws4_request'


def timed(action):
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


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


def downloading(sagemaker, image, role, bucket, uri):
    """How long a job was Downloading, in seconds."""
    name = 'bench-' + uuid.uuid4().hex[:12]
    sagemaker.create_training_job(
        TrainingJobName=name, RoleArn=role,
        AlgorithmSpecification={'TrainingImage': image, 'TrainingInputMode': 'File',
                                'ContainerEntrypoint': ['/bin/true']},
        InputDataConfig=[{'ChannelName': 'train', 'DataSource': {
            'S3DataSource': {'S3DataType': 'S3Prefix', 'S3Uri': uri}}}],
        OutputDataConfig={'S3OutputPath': 's3://%s/out' % bucket},
        ResourceConfig={'InstanceType': 'ml.c4.xlarge', 'InstanceCount': 1, 'VolumeSizeInGB': 3},
        StoppingCondition={'MaxRuntimeInSeconds': 600})
    while True:
        job = sagemaker.describe_training_job(TrainingJobName=name)
        if job['TrainingJobStatus'] != 'InProgress':
            break
    assert job['TrainingJobStatus'] == 'Completed', job.get('FailureReason')
    spent = [step for step in job['SecondaryStatusTransitions'] if step['Status'] == 'Downloading'][0]
    return (spent['EndTime'] - spent['StartTime']).total_seconds()


def s3_figures(report, start, sagemaker_of, image, role):
    """``start(environment)`` makes an emulator, ``sagemaker_of(emulator)`` its client."""
    folder = tempfile.mkdtemp()
    large = os.path.join(folder, 'large')
    with open(large, 'wb') as out:
        for _ in range(64):
            out.write(os.urandom(GIB // 64))
    minio, embedded = start({'SAGELOCAL_S3': 'minio'}), None
    try:
        yardstick = store_figures(minio.endpoint, large)[0]
    finally:
        minio.close()
    try:
        embedded = start({})
        ours, bucket, many = store_figures(embedded.endpoint, large)
        for name in ours:
            report('S3 %s, s' % name, ours[name], yardstick[name], 1.0, 'MinIO, same client, same port')

        def copied(source, name):
            target = os.path.join(folder, name)
            spent = timed(lambda: subprocess.check_call(['cp', '-r', source, target]))
            shutil.rmtree(target) if os.path.isdir(target) else os.remove(target)
            return spent

        sagemaker = sagemaker_of(embedded)
        client = Client(embedded.endpoint)
        client.ask('PUT', '/%s/channel/file' % bucket, headers={
            'x-amz-copy-source': '/%s/large' % bucket, 'Content-Length': '0'}.items()).read()
        first = downloading(sagemaker, image, role, bucket, 's3://%s/channel/' % bucket)
        again = downloading(sagemaker, image, role, bucket, 's3://%s/channel/' % bucket)
        cp = statistics.median(copied(large, 'copy') for _ in range(3))
        report('1 GiB File channel, first use, s', first, cp, 1.2, 'cp of the same file')
        report('1 GiB File channel, again, s', again, cp, 0.05, 'cp of the same file')
        tree = os.path.join(folder, 'tree')
        os.mkdir(tree)
        for i in range(SMALL):
            with open(os.path.join(tree, '%05d' % i), 'wb') as out:
                out.write(os.urandom(10000))
        small = downloading(sagemaker, image, role, bucket, 's3://%s/' % many)
        report('10,000 x 10 kB File channel, s', small, copied(tree, 'trees'), 1.2, 'cp -r of as many files')
    finally:
        if embedded:
            embedded.close()
        shutil.rmtree(folder)
