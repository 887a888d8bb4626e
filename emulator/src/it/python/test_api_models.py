"""Models on demand in the real multi-model-server, and what may be deleted while an endpoint runs, with real MXNet."""
import io
import json
import tarfile

import api
import boto3
import pytest
import sdk
from botocore.exceptions import ClientError
from conftest import Emulator, wait_for
from test_api_hosting import gone, status

pytestmark = pytest.mark.skipif(sdk.VERSION < (2, 0),
                                reason='no SDK takes part: these requests are made once, beside the newest one')

IMAGE = 'sagelocal/mxnet-inference:1.9.1-cpu-py3'

FACTOR = '''
import json, os
import mxnet as mx

def model_fn(model_dir):
    return mx.nd.array([float(open(os.path.join(model_dir, 'factor')).read())])

def transform_fn(model, data, content_type, accept):
    return json.dumps((mx.nd.array(json.loads(data)) * model).asnumpy().tolist()), accept
'''


# a service of the server's own kind, which is asked with no data when it is loaded; the toolkit's hides what that raises
CROWDED = '''
import json, os, sys
import mxnet as mx

HELD = '/tmp/held'
factors = []

def handle(data, context):
    if not factors:
        factors.append(load(context.system_properties.get('model_dir')))
    return data and [json.dumps((mx.nd.array(json.loads(data[0]['body'].decode())) * factors[0]).asnumpy().tolist())]

def load(model_dir):
    os.makedirs(HELD, exist_ok=True)
    if len([pid for pid in os.listdir(HELD) if os.path.exists('/proc/' + pid)]) >= 2:
        raise MemoryError('no room')
    open(os.path.join(HELD, str(os.getpid())), 'w').close()
    factor = open(os.path.join(model_dir, 'factor')).read()
    print('took in ' + factor)
    sys.stdout.flush()
    return float(factor)
'''


def archive(script, factor):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode='w:gz') as tar:
        for name, text in (('inference.py', script), ('factor', str(factor))):
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def ask(client, endpoint, **target):
    answer = client('sagemaker-runtime').invoke_endpoint(
        EndpointName=endpoint, Body=b'[1, 2]', ContentType='application/json', Accept='application/json', **target)
    return json.loads(answer['Body'].read())


@pytest.mark.parametrize('cache', ['Enabled', 'Disabled'])
def test_models_are_loaded_on_demand_by_the_real_server(client, bucket, name, cache):
    s3 = client('s3')
    for key, factor in (('three.tar.gz', 3), ('deep/five.tar.gz', 5)):
        s3.put_object(Bucket=bucket, Key='models/' + key, Body=archive(FACTOR, factor))
    s3.put_object(Bucket=bucket, Key='models/bad.tar.gz', Body=archive('raise ValueError("no such layer")', 0))
    client('sagemaker').create_model(ModelName=name, ExecutionRoleArn=api.ROLE, PrimaryContainer={
        'Image': IMAGE, 'Mode': 'MultiModel', 'ModelDataUrl': 's3://%s/models/' % bucket,
        'MultiModelConfig': {'ModelCacheSetting': cache}, 'Environment': {'SAGEMAKER_PROGRAM': 'inference.py'}})
    api.deploy(client, name)
    wait_for('InService', lambda: status(client, name) == 'InService')
    for _ in range(2):
        assert ask(client, name, TargetModel='three.tar.gz') == [3, 6]
        assert ask(client, name, TargetModel='deep/five.tar.gz') == [5, 10]
    with pytest.raises(ClientError, match='Failed to download model data'):
        ask(client, name, TargetModel='none.tar.gz')
    with pytest.raises(ClientError) as refused:
        ask(client, name, TargetModel='bad.tar.gz')
    assert refused.value.response['Error']['Code'] == 'ModelError'
    with pytest.raises(ClientError, match='TargetModel must name one below its ModelDataUrl'):
        ask(client, name)
    assert ask(client, name, TargetModel='three.tar.gz') == [3, 6]
    client('sagemaker').delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))


def deploy_crowded(client, bucket, name):
    """An endpoint with room for two models, of three."""
    for factor in (2, 3, 5):
        client('s3').put_object(Bucket=bucket, Key='models/%d.tar.gz' % factor, Body=archive(CROWDED, factor))
    client('sagemaker').create_model(ModelName=name, ExecutionRoleArn=api.ROLE, PrimaryContainer={
        'Image': IMAGE, 'Mode': 'MultiModel', 'ModelDataUrl': 's3://%s/models/' % bucket,
        'Environment': {'SAGEMAKER_HANDLER': 'inference:handle', 'SAGEMAKER_MODEL_SERVER_WORKERS': '1'}})
    api.deploy(client, name)
    wait_for('InService', lambda: status(client, name) == 'InService')


def test_the_model_used_longest_ago_makes_room_in_the_real_server(client, bucket, name):
    deploy_crowded(client, bucket, name)
    for factor in (2, 3, 2, 5, 2, 3):  # 5 takes the place of 3, then 3 that of 5
        assert ask(client, name, TargetModel='%d.tar.gz' % factor) == [factor, 2 * factor]
    wait_for('each model is loaded when it was not there', lambda: taken_in(client, name) == ['2', '3', '5', '3'])
    client('sagemaker').delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))


def test_a_model_of_before_a_crash_makes_room_in_the_real_server(name, tmp_path_factory):
    other = Emulator(tmp_path_factory.mktemp('crash'))
    session = boto3.session.Session('000000000000', 'secret', region_name='us-east-1')

    def client(service):
        return session.client(service, endpoint_url=other.endpoint)

    try:
        client('s3').create_bucket(Bucket='bucket')
        deploy_crowded(client, 'bucket', name)
        for factor in (2, 3):
            assert ask(client, name, TargetModel='%d.tar.gz' % factor) == [factor, 2 * factor]
        other.kill()
        other.start(other.note['port'])
        wait_for('the instance is taken up', lambda: answers(client, name))
        for factor in (2, 5, 2):  # 5 takes the place of 3
            assert ask(client, name, TargetModel='%d.tar.gz' % factor) == [factor, 2 * factor]
        wait_for('only 5 is loaded after the crash', lambda: taken_in(client, name) == ['2', '3', '5'])
        client('sagemaker').delete_endpoint(EndpointName=name)
        wait_for('nothing is left behind', lambda: not other.left_behind())
    finally:
        other.stop()


def answers(client, endpoint):
    runtime = client('sagemaker-runtime')
    try:
        ask(client, endpoint, TargetModel='2.tar.gz')
        return True
    except runtime.exceptions.ServiceUnavailable:
        return False


def taken_in(client, endpoint):
    events = client('logs').filter_log_events(logGroupName='/aws/sagemaker/Endpoints/' + endpoint)['events']
    lines = [event['message'] for event in events if 'took in' in event['message']]
    return [line.split('took in ')[1].strip() for line in lines]


def test_an_endpoint_whose_model_and_config_are_deleted_runs_on(client, bucket, name):
    api.own_model(client, bucket, name, FACTOR.replace('float(open(os.path.join(model_dir, \'factor\')).read())', '2'),
                  IMAGE)
    api.deploy(client, name)
    wait_for('InService', lambda: status(client, name) == 'InService')
    sagemaker = client('sagemaker')
    sagemaker.delete_model(ModelName=name)
    sagemaker.delete_endpoint_config(EndpointConfigName=name)
    assert ask(client, name) == [2, 4]
    sagemaker.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=[
        {'VariantName': 'AllTraffic', 'DesiredInstanceCount': 2}])
    wait_for('a second instance', lambda: status(client, name) == 'InService')
    described = sagemaker.describe_endpoint(EndpointName=name)
    assert described['ProductionVariants'][0]['CurrentInstanceCount'] == 2
    assert ask(client, name) == [2, 4]
    sagemaker.delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))
