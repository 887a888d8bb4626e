"""TrainingJobs through boto3, in real containers."""
import api
import pytest
from conftest import wait_for


def described(client, name, *statuses):
    sagemaker = client('sagemaker')
    seen = {}

    def ended():
        seen.update(sagemaker.describe_training_job(TrainingJobName=name))
        return seen['TrainingJobStatus'] in statuses

    wait_for('%s is one of %s' % (name, statuses), ended)
    return seen


def failure(client, request):
    client('sagemaker').create_training_job(**request)
    return described(client, request['TrainingJobName'], 'Failed')['FailureReason']


def test_a_hyperparameter_that_is_not_json_fails_the_job(client, bucket, name):
    source = api.upload_script(client, bucket, 'def train(**kwargs):\n    pass\n')
    request = api.training_job(name, bucket, source)
    request['HyperParameters']['epochs'] = 'three'
    reason = failure(client, request)
    assert reason.startswith('AlgorithmError')
    assert 'Traceback' in reason


def test_an_unknown_image_is_named_with_what_to_do(client, bucket, name):
    image = '520713654638.dkr.ecr.us-east-1.amazonaws.com/sagemaker-mxnet:0.11-cpu-py2'
    request = api.training_job(name, bucket)
    request['AlgorithmSpecification']['TrainingImage'] = image
    reason = failure(client, request)
    assert image in reason
    assert 'No image built here stands in for sagemaker-mxnet 0.11 on py2' in reason
    assert '1.2.1 on py2' in reason


def test_a_missing_prefix_is_named(client, bucket, name):
    request = api.training_job(name, bucket, InputDataConfig=[{
        'ChannelName': 'train', 'DataSource': {'S3DataSource': {
            'S3DataType': 'S3Prefix', 'S3Uri': 's3://%s/nothing' % bucket}}}])
    assert 's3://%s/nothing' % bucket in failure(client, request)


def test_a_short_version_is_served_by_its_newest_release(client, bucket, name):
    source = api.upload_script(client, bucket, 'import mxnet\n\ndef train(**kwargs):\n    print(mxnet.__version__)\n')
    request = api.training_job(name, bucket, source)
    request['AlgorithmSpecification']['TrainingImage'] = api.IMAGE.replace('1.2.1', '1.2')
    client('sagemaker').create_training_job(**request)
    described(client, name, 'Completed')
    events = client('logs').filter_log_events(
        logGroupName='/aws/sagemaker/TrainingJobs', logStreamNamePrefix=name + '/', filterPattern='1.2.1')['events']
    assert '1.2.1' in [event['message'] for event in events]


WAITS = '''
import os, time

def train(model_dir, output_data_dir, **kwargs):
    for folder in (model_dir, output_data_dir):
        with open(os.path.join(folder, 'half'), 'w') as f:
            f.write('done')
    print('waiting')
    time.sleep(600)
'''


@pytest.mark.parametrize('how', ['stopped', 'limit'])
def test_a_job_that_is_ended_keeps_what_it_saved(client, bucket, name, how):
    source = api.upload_script(client, bucket, WAITS)
    limit = {'MaxRuntimeInSeconds': 8 if how == 'limit' else 600}
    client('sagemaker').create_training_job(**api.training_job(name, bucket, source, StoppingCondition=limit))
    if how == 'stopped':
        wait_for('waiting in the log', lambda: 'waiting' in messages(client, name))
        client('sagemaker').stop_training_job(TrainingJobName=name)
    job = described(client, name, 'Stopped')
    assert job['SecondaryStatus'] == ('MaxRuntimeExceeded' if how == 'limit' else 'Stopped')
    assert api.artifact(client, job) == {'half': b'done'}
    assert client('s3').head_object(Bucket=bucket, Key='out/%s/output/output.tar.gz' % name)['ContentLength'] > 0


def messages(client, name):
    logs = client('logs')
    try:
        return [event['message'] for event in logs.filter_log_events(
            logGroupName='/aws/sagemaker/TrainingJobs', logStreamNamePrefix=name + '/')['events']]
    except logs.exceptions.ResourceNotFoundException:
        return []
