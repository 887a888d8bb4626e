"""Endpoints through boto3, in real containers."""
import json
import subprocess

import api
import pytest
from botocore.exceptions import ClientError
from conftest import wait_for

ECHO = '''
def model_fn(model_dir):
    return 'model'

def transform_fn(model, data, content_type, accept):
    if data == b'raise':
        raise ValueError('no such thing')
    return '%s|%s|%s' % (data.decode(), content_type, accept), accept
'''


def status(client, name):
    return client('sagemaker').describe_endpoint(EndpointName=name)['EndpointStatus']


def gone(client, name):
    try:
        status(client, name)
        return False
    except ClientError as error:
        return 'Could not find' in str(error)


@pytest.fixture
def endpoint(client, bucket, name):
    api.model(client, bucket, name, ECHO)
    wait_for('InService', lambda: status(client, name) == 'InService')
    yield name
    client('sagemaker').delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))


def test_an_invocation_carries_its_headers_both_ways(client, endpoint):
    answer = client('sagemaker-runtime').invoke_endpoint(
        EndpointName=endpoint, Body=b'hello', ContentType='text/plain', Accept='text/css', CustomAttributes='a=1')
    assert answer['Body'].read() == b'hello|text/plain|text/css'
    assert answer['ContentType'].startswith('text/css')
    assert answer['InvokedProductionVariant'] == 'AllTraffic'


def test_an_error_of_the_container_is_a_model_error(client, endpoint):
    with pytest.raises(ClientError) as error:
        client('sagemaker-runtime').invoke_endpoint(EndpointName=endpoint, Body=b'raise', ContentType='text/plain')
    assert error.value.response['Error']['Code'] == 'ModelError'
    assert error.value.response['OriginalStatusCode'] == 500


def test_an_unknown_endpoint_is_named(client):
    with pytest.raises(ClientError, match='Endpoint nobody of account 000000000000 not found'):
        client('sagemaker-runtime').invoke_endpoint(EndpointName='nobody', Body=b'')


def test_a_model_that_does_not_load_fails_the_endpoint_with_its_log(client, bucket, name):
    api.model(client, bucket, name, 'def model_fn(model_dir):\n    raise ValueError("no such layer")\n')
    wait_for('Failed', lambda: status(client, name) == 'Failed')
    reason = client('sagemaker').describe_endpoint(EndpointName=name)['FailureReason']
    assert 'no such layer' in reason, json.dumps(reason)
    client('sagemaker').delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))


def test_a_delete_while_it_starts_leaves_nothing(client, bucket, name):
    api.model(client, bucket, name, ECHO)
    client('sagemaker').delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))


def test_an_endpoint_after_another_is_not_sent_to_the_first_ones_container(client, bucket, name):
    for i in range(3):
        one = '%s-%d' % (name, i)
        api.model(client, bucket, one, ECHO)
        wait_for('InService', lambda: status(client, one) == 'InService')
        answer = client('sagemaker-runtime').invoke_endpoint(EndpointName=one, Body=b'x', ContentType='text/plain')
        assert answer['Body'].read().startswith(b'x|')
        client('sagemaker').delete_endpoint(EndpointName=one)
        wait_for('the endpoint is gone', lambda: gone(client, one))


def test_a_streamed_answer_is_read_as_events(client, endpoint):
    answer = client('sagemaker-runtime').invoke_endpoint_with_response_stream(
        EndpointName=endpoint, Body=b'hello', ContentType='text/plain', Accept='text/css')
    assert b''.join(event['PayloadPart']['Bytes'] for event in answer['Body']) == b'hello|text/plain|text/css'
    assert answer['ContentType'].startswith('text/css')


def test_a_killed_container_is_replaced_while_the_other_answers(client, bucket, name):
    api.model(client, bucket, name, ECHO, instances=2)
    wait_for('InService', lambda: status(client, name) == 'InService')
    runtime = client('sagemaker-runtime')

    def containers():
        return subprocess.check_output(
            ['docker', 'ps', '-q', '--filter', 'label=io.sagelocal.endpoint=' + name]).decode().split()

    before = containers()
    assert len(before) == 2
    subprocess.check_call(['docker', 'kill', before[0]], stdout=subprocess.DEVNULL)
    for _ in range(50):
        answer = runtime.invoke_endpoint(EndpointName=name, Body=b'x', ContentType='text/plain')
        assert answer['Body'].read().startswith(b'x|')
    wait_for('another one runs', lambda: len(set(containers()) - set(before)) == 1)
    client('sagemaker').delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))


def test_an_asynchronous_invocation_is_answered_to_s3(client, bucket, name):
    places = {'S3OutputPath': 's3://%s/out' % bucket, 'S3FailurePath': 's3://%s/bad' % bucket}
    api.model(client, bucket, name, ECHO, AsyncInferenceConfig={'OutputConfig': places})
    wait_for('InService', lambda: status(client, name) == 'InService')
    s3 = client('s3')
    s3.put_object(Bucket=bucket, Key='in', Body=b'hello')
    accepted = client('sagemaker-runtime').invoke_endpoint_async(
        EndpointName=name, InputLocation='s3://%s/in' % bucket, ContentType='text/plain', Accept='text/css')
    key = accepted['OutputLocation'].split('/', 3)[3]
    wait_for('the answer', lambda: 'Contents' in s3.list_objects_v2(Bucket=bucket, Prefix=key))
    assert s3.get_object(Bucket=bucket, Key=key)['Body'].read() == b'hello|text/plain|text/css'
    runtime = client('sagemaker-runtime')
    if 'Body' in runtime.meta.service_model.operation_model('InvokeEndpointAsync').input_shape.members:
        inline = runtime.invoke_endpoint_async(EndpointName=name, Body=b'inline', ContentType='text/plain',
                                               Accept='text/css', S3OutputPathExtension='team', Filename='answer')
        assert inline['OutputLocation'] == 's3://%s/out/team/answer' % bucket
        wait_for('the answer', lambda: 'Contents' in s3.list_objects_v2(Bucket=bucket, Prefix='out/team/answer'))
        body = s3.get_object(Bucket=bucket, Key='out/team/answer')['Body'].read()
        assert body == b'inline|text/plain|text/css'
    client('sagemaker').delete_endpoint(EndpointName=name)
    wait_for('the endpoint is gone', lambda: gone(client, name))
