"""Models with EnableNetworkIsolation: who reaches whom, with real MXNet."""
import json
import subprocess

import api
import pytest
import sdk
from conftest import wait_for
from test_api_hosting import gone, status
from test_api_transform import create, ended

pytestmark = pytest.mark.skipif(sdk.VERSION < (2, 0),
                                reason='no SDK takes part: these requests are made once, beside the newest one')

IMAGE = 'sagelocal/mxnet-inference:1.9.1-cpu-py3'

# answers which of the given addresses it reaches, and what it knows of AWS
LOOK_AROUND = '''
import json, os, socket
import mxnet as mx

def model_fn(model_dir):
    return mx.nd.ones((1,))

def reaches(host, port):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError as error:
        return False

def transform_fn(model, data, content_type, accept):
    own = socket.gethostbyname(socket.gethostname())
    places = json.loads(data) + [[own.rsplit('.', 1)[0] + '.1', 8080]]
    told = {'reached': [place for place in places if reaches(*place)], 'model': float(model.asscalar()),
            'aws': sorted(name for name in os.environ if name.startswith('AWS_'))}
    return json.dumps(told), accept
'''

# how a connection that is taken and closed at once looks depends on what arrives first: each way is an OSError
ASK = '''
import urllib.request
try:
    print(urllib.request.urlopen("http://%s:8080/ping", timeout=3).status)
except OSError:
    print("nothing")
'''


@pytest.fixture
def places(emulator, client, bucket, name):
    """The emulator at Docker's bridge, another container there, the world."""
    bridge = subprocess.check_output(['docker', 'network', 'inspect', 'bridge', '-f',
                                      '{{(index .IPAM.Config 0).Gateway}}']).decode().strip() or '172.17.0.1'
    other = name + '-other'
    subprocess.check_output(['docker', 'run', '-d', '--rm', '--name', other, '--entrypoint', 'python3', IMAGE,
                             '-m', 'http.server', '8080'])
    try:
        yield [[bridge, int(emulator.endpoint.rsplit(':', 1)[1])], [bridge, 22], [address(other), 8080], ['1.1.1.1', 53]]
    finally:
        subprocess.check_call(['docker', 'rm', '-f', other], stdout=subprocess.DEVNULL)


def address(container):
    return subprocess.check_output(['docker', 'inspect', '-f', '{{.NetworkSettings.Networks.bridge.IPAddress}}',
                                    container]).decode().strip()


def test_an_isolated_container_reaches_nobody_and_answers_the_emulator_alone(emulator, client, bucket, name, places):
    api.own_model(client, bucket, name, LOOK_AROUND, IMAGE, EnableNetworkIsolation=True)
    api.deploy(client, name)
    wait_for('InService', lambda: status(client, name) == 'InService')
    answer = client('sagemaker-runtime').invoke_endpoint(EndpointName=name, Body=json.dumps(places),
                                                         ContentType='application/json', Accept='application/json')
    told = json.loads(answer['Body'].read())
    assert told == {'reached': [], 'model': 1.0,
                    'aws': ['AWS_DEFAULT_REGION', 'AWS_EC2_METADATA_DISABLED', 'AWS_REGION']}
    relay = subprocess.check_output(['docker', 'ps', '-q', '--filter', 'name=%s.*relay' % name]).decode().split()
    assert len(relay) == 1
    asked = subprocess.check_output(['docker', 'exec', name + '-other', 'python3', '-c', ASK % address(relay[0])])
    assert asked.strip() == b'nothing'
    client('sagemaker').delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))
    assert not emulator.left_behind()


def test_an_isolated_model_transforms(emulator, client, bucket, name, places):
    api.own_model(client, bucket, name, LOOK_AROUND, IMAGE, EnableNetworkIsolation=True)
    client('s3').put_object(Bucket=bucket, Key='in/places', Body=json.dumps(places).encode())
    create(client, bucket, name, TransformInput={
        'DataSource': {'S3DataSource': {'S3DataType': 'S3Prefix', 'S3Uri': 's3://%s/in/' % bucket}},
        'ContentType': 'application/json'}, TransformOutput={
        'S3OutputPath': 's3://%s/out' % bucket, 'Accept': 'application/json'})
    job = ended(client, name)
    assert job['TransformJobStatus'] == 'Completed', job
    told = json.loads(client('s3').get_object(Bucket=bucket, Key='out/places.out')['Body'].read())
    assert told['reached'] == []
    wait_for('nothing is left', lambda: not emulator.left_behind())
