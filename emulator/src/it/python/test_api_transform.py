"""Batch transform through boto3, in real containers."""
import gzip

import api
import pytest
from conftest import wait_for

WORDS = '''
def model_fn(model_dir):
    print('model is loaded')
    return 'model'

def transform_fn(model, data, content_type, accept):
    text = data if isinstance(data, str) else data.decode('utf-8')
    if 'raise' in text:
        raise ValueError('no such word')
    return '\\n'.join(line.upper() for line in text.splitlines()), 'text/csv'
'''


@pytest.fixture
def model(client, bucket, name):
    api.model_only(client, bucket, name, WORDS)
    return name


def create(client, bucket, model, **changes):
    request = {
        'TransformJobName': model, 'ModelName': model,
        'TransformInput': {'DataSource': {'S3DataSource': {'S3DataType': 'S3Prefix',
                                                           'S3Uri': 's3://%s/in/' % bucket}},
                           'ContentType': 'text/csv', 'SplitType': 'Line'},
        'TransformOutput': {'S3OutputPath': 's3://%s/out' % bucket, 'AssembleWith': 'Line', 'Accept': 'text/csv'},
        'TransformResources': {'InstanceType': 'ml.c4.xlarge', 'InstanceCount': 1}}
    request.update(changes)
    client('sagemaker').create_transform_job(**request)


def ended(client, name):
    def job():
        description = client('sagemaker').describe_transform_job(TransformJobName=name)
        return description['TransformJobStatus'] in ('Completed', 'Failed', 'Stopped') and description
    return wait_for('the job has ended', job)


def log(client, job):
    logs = client('logs')
    group = '/aws/sagemaker/TransformJobs'
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job + '/')['logStreams']
    return {stream['logStreamName']: [event['message'] for event in logs.get_log_events(
        logGroupName=group, logStreamName=stream['logStreamName'], startFromHead=True)['events']] for stream in streams}


def test_files_are_transformed_and_the_one_that_fails_is_named_with_its_line(client, bucket, model):
    s3 = client('s3')
    s3.put_object(Bucket=bucket, Key='in/good.csv', Body=b'a\nb\nc\n')
    s3.put_object(Bucket=bucket, Key='in/deep/bad.csv', Body=b'a\nraise\nc\n')
    create(client, bucket, model, BatchStrategy='SingleRecord')
    job = ended(client, model)
    assert job['TransformJobStatus'] == 'Failed'
    assert 's3://%s/in/deep/bad.csv: line 2: the model answered 500' % bucket in job['FailureReason']
    assert s3.get_object(Bucket=bucket, Key='out/good.csv.out')['Body'].read() == b'A\nB\nC\n'
    assert [each['Key'] for each in s3.list_objects(Bucket=bucket, Prefix='out/')['Contents']] == ['out/good.csv.out']
    streams = log(client, model)
    container, data = sorted(streams)
    assert data == container + '/data-log'
    assert 'BatchStrategy=SINGLE_RECORD' in streams[data][0]
    assert 'bad.csv: line 2' in streams[data][-1]
    assert any('no such word' in line for line in streams[container])


def test_a_gzip_file_of_many_lines_keeps_its_order(client, bucket, model):
    rows = ['row %d %s' % (i, 'x' * 100) for i in range(25000)]
    client('s3').put_object(Bucket=bucket, Key='in/rows.gz', Body=gzip.compress('\n'.join(rows).encode()))
    request = {'DataSource': {'S3DataSource': {'S3DataType': 'S3Prefix', 'S3Uri': 's3://%s/in/rows' % bucket}},
               'ContentType': 'text/csv', 'SplitType': 'Line', 'CompressionType': 'Gzip'}
    create(client, bucket, model, TransformInput=request, MaxConcurrentTransforms=4, MaxPayloadInMB=1)
    assert ended(client, model)['TransformJobStatus'] == 'Completed'
    body = client('s3').get_object(Bucket=bucket, Key='out/rows.gz.out')['Body'].read()
    assert body.decode().splitlines() == [row.upper() for row in rows]
