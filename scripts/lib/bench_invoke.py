"""The figures of invocations, beside the same calls straight to the container.

Just started is what a short test meets: the JVM compiles what it finds busy, on the cores that clients and containers
use. In use is after 64,000 invocations, when it has settled.
"""
import contextlib
import http.client
import io
import os
import statistics
import subprocess
import tarfile
import threading

from bench_common import BUCKET, ECHO, IMAGE, MXNET, ROLE, Emulator, percentile, timed

LIGHT = 'sagelocal-bench/light'
LIGHT_FOLDER = os.path.join(os.path.dirname(__file__), '..', '..', 'emulator', 'src', 'it', 'python')
HEADERS = {'Content-Type': 'application/octet-stream', 'Accept': 'application/octet-stream',
           'Authorization': 'AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/sagemaker/aws4_request'}


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


def invocation_figures(report):
    subprocess.run(['docker', 'build', '-q', '-t', LIGHT, '-f', '-', LIGHT_FOLDER],
                   input=b'FROM %s\nCOPY light_model.pl /usr/local/bin/serve\n' % IMAGE.encode(), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, DOCKER_BUILDKIT='0'))
    with Emulator() as emulator:
        sagemaker, s3 = emulator.client('sagemaker'), emulator.client('s3')
        s3.create_bucket(Bucket=BUCKET)
        port = int(emulator.endpoint.rsplit(':', 1)[1])
        with endpoint(sagemaker, 'mxnet', MXNET, echo_script(s3)) as mxnet:
            compare(report, port, 'mxnet', mxnet, 'MXNet, just started', 40)
            with endpoint(sagemaker, 'light', LIGHT, {}) as light:
                throughput('127.0.0.1', port, '/endpoints/light/invocations', HEADERS, 32, 2000)
                compare(report, port, 'light', light, 'light, in use', 200)
            compare(report, port, 'mxnet', mxnet, 'MXNet, in use', 80)


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


def compare(report, port, name, address, words, each):
    """One client's latencies and 32 clients' throughput, of so many calls each, by turns with the container itself."""
    path = '/endpoints/%s/invocations' % name
    ours, direct = [], []
    for _ in range(5):
        ours += latencies('127.0.0.1', port, path, HEADERS, 300)
        direct += latencies(address, 8080, '/invocations', HEADERS, 300)
    for part, figure, goal in ((0.5, 'p50', '0.15'), (0.99, 'p99', '1')):
        a, b = percentile(ours, part) * 1000, percentile(direct, part) * 1000
        report('Invoke 200 B, %s, %s, ms' % (words, figure), a, b, None,
               'the container itself; +%.2f ms, goal +%s ms' % (a - b, goal))
    rates = [(throughput('127.0.0.1', port, path, HEADERS, 32, each),
              throughput(address, 8080, '/invocations', HEADERS, 32, each)) for _ in range(5)]
    report('32 clients, %s, 1/s' % words, statistics.median(r[0] for r in rates),
           statistics.median(r[1] for r in rates), -0.8, 'the container itself')
