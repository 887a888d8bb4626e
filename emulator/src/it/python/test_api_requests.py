"""What the API says to requests, good and bad; no container runs here."""
import json
import urllib.error
import urllib.request

import api
import pytest
from botocore.exceptions import ClientError


def raw(emulator, body, target='SageMaker.CreateTrainingJob'):
    request = urllib.request.Request(emulator.endpoint, data=body, headers={
        'X-Amz-Target': target, 'Content-Type': 'application/x-amz-json-1.1'})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b'{}')


def jobs(client):
    return client('sagemaker').list_training_jobs(MaxResults=100)['TrainingJobSummaries']


def test_all_violations_are_told_at_once_and_nothing_is_made(emulator, client):
    before = jobs(client)
    status, body = raw(emulator, json.dumps({
        'TrainingJobName': 'under_score', 'AlgorithmSpecification': {'TrainingInputMode': 'Tape'},
        'ResourceConfig': {'InstanceCount': 1, 'VolumeSizeInGB': -1}}).encode())
    assert status == 400
    assert body['__type'] == 'ValidationException'
    for part in ("'under_score' at 'trainingJobName'", 'regular expression pattern', "'roleArn'", 'must not be null',
                 "'algorithmSpecification.trainingInputMode'", 'enum value set', "'resourceConfig.volumeSizeInGB'",
                 'greater than or equal to'):
        assert part in body['message'], body['message']
    assert jobs(client) == before


@pytest.mark.parametrize('body', [b'{"TrainingJobName": ', b'[1]', b'"text"', b'null', b'{"TrainingJobName": 7}',
                                  b'{"HyperParameters": "no map"}', b'{"InputDataConfig": {}}'])
def test_malformed_and_mistyped_bodies_are_serialization_errors(emulator, body):
    status, answer = raw(emulator, body)
    assert status == 400
    assert answer['__type'] == 'SerializationException'


def test_a_body_that_is_too_large_is_refused(emulator):
    status, _ = raw(emulator, b'{"TrainingJobName": "' + b'a' * 10000000 + b'"}')
    assert status == 413


def test_an_operation_that_is_not_answered_is_named(client, emulator):
    with pytest.raises(ClientError, match='CreateNotebookInstance'):
        client('sagemaker').create_notebook_instance(
            NotebookInstanceName='n', InstanceType='ml.t2.medium', RoleArn=api.ROLE)
    status, answer = raw(emulator, b'{}', 'SageMaker.DoWonders')
    assert (status, answer['__type']) == (400, 'UnknownOperationException')
    assert 'DoWonders' in answer['message']


def test_the_same_name_in_two_regions_is_two_models(client):
    for region in ('us-east-1', 'eu-west-1'):
        client('sagemaker', region_name=region).create_model(
            ModelName='two-regions', ExecutionRoleArn=api.ROLE, PrimaryContainer={'Image': region})
    for region in ('us-east-1', 'eu-west-1'):
        model = client('sagemaker', region_name=region).describe_model(ModelName='two-regions')
        assert model['PrimaryContainer']['Image'] == region
        assert ':%s:' % region in model['ModelArn']


def test_lists_come_in_pages_in_order(client):
    sagemaker = client('sagemaker')
    names = ['paged-%02d' % i for i in range(25)]
    for one in names:
        sagemaker.create_model(ModelName=one, ExecutionRoleArn=api.ROLE, PrimaryContainer={'Image': 'image'})
    pages = sagemaker.get_paginator('list_models').paginate(NameContains='paged-', SortBy='Name', SortOrder='Ascending')
    assert [model['ModelName'] for page in pages for model in page['Models']] == names


def test_tags_come_and_go(client):
    sagemaker = client('sagemaker')
    arn = sagemaker.create_model(ModelName='tagged', ExecutionRoleArn=api.ROLE, PrimaryContainer={'Image': 'i'},
                                 Tags=[{'Key': 'a', 'Value': '1'}])['ModelArn']
    sagemaker.add_tags(ResourceArn=arn, Tags=[{'Key': 'b', 'Value': '2'}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=['a'])
    assert sagemaker.list_tags(ResourceArn=arn)['Tags'] == [{'Key': 'b', 'Value': '2'}]
    with pytest.raises(ClientError, match='Could not find'):
        sagemaker.list_tags(ResourceArn=arn + '-not')


def test_logs_can_be_written_and_read_in_both_directions(client):
    logs = client('logs')
    logs.create_log_group(logGroupName='/my/group')
    logs.create_log_stream(logGroupName='/my/group', logStreamName='a/b')
    logs.put_log_events(logGroupName='/my/group', logStreamName='a/b', logEvents=[
        {'timestamp': 1000 + i, 'message': 'line %d' % i} for i in range(10)])
    ask = {'logGroupName': '/my/group', 'logStreamName': 'a/b', 'limit': 4}
    last = logs.get_log_events(**ask)
    assert [event['message'] for event in last['events']] == ['line 6', 'line 7', 'line 8', 'line 9']
    older = logs.get_log_events(nextToken=last['nextBackwardToken'], **ask)
    assert [event['message'] for event in older['events']] == ['line 2', 'line 3', 'line 4', 'line 5']
    end = logs.get_log_events(nextToken=last['nextForwardToken'], **ask)
    assert end['events'] == [] and end['nextForwardToken'] == last['nextForwardToken']
    found = logs.filter_log_events(logGroupName='/my/group', filterPattern='?"line 3" ?"line 5"')['events']
    assert [event['message'] for event in found] == ['line 3', 'line 5']
    logs.delete_log_group(logGroupName='/my/group')
    with pytest.raises(logs.exceptions.ResourceNotFoundException):
        logs.describe_log_streams(logGroupName='/my/group')


def test_who_am_i_is_my_account(client):
    identity = client('sts', aws_access_key_id='123456789012', aws_secret_access_key='x').get_caller_identity()
    assert identity['Account'] == '123456789012'
    assert client('iam').get_role(RoleName='Any')['Role']['Arn'] == 'arn:aws:iam::000000000000:role/Any'
