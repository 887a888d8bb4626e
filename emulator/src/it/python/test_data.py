"""What goes into TrainingJobs and comes out of them, with each line of the SDK and in real containers."""
import io
import json
import os
import tarfile
import time

import api
import pytest
import sdk
from conftest import wait_for
from sagemaker.analytics import TrainingJobAnalytics

READS = '''
import json, os
import mxnet as mx

DATA = '/opt/ml/input/data'

def files(channel):
    root = os.path.join(DATA, channel)
    return sorted(os.path.relpath(os.path.join(folder, name), root)
                  for folder, _, names in os.walk(root) for name in names)

def records(epoch, count):
    reader = mx.recordio.MXRecordIO('%s/pipe_%d' % (DATA, epoch), 'r')
    found = []
    while len(found) < count:
        record = reader.read()
        if record is None:
            break
        found.append(record.decode())
    reader.close()
    return found

def train(current_host, output_data_dir, **kwargs):
    seen = {'shard': files('shard'), 'list': files('list'),
            'left early': records(0, 1), 'first epoch': records(1, 9), 'second epoch': records(2, 9)}
    if not os.path.isdir(output_data_dir):  # with several hosts, one of its own
        os.makedirs(output_data_dir)
    with open(os.path.join(output_data_dir, current_host), 'w') as out:
        json.dump(seen, out)
'''


def test_channels_of_every_kind_reach_two_hosts(emulator, client, bucket, tmp_path):
    s3 = client('s3')
    for i in range(4):
        s3.put_object(Bucket=bucket, Key='data/%d' % i, Body=b'object %d' % i)
    manifest = [{'prefix': 's3://%s/' % bucket}, 'data/3', 'data/1']
    s3.put_object(Bucket=bucket, Key='list.json', Body=json.dumps(manifest).encode())
    script = tmp_path / 'reads.py'
    script.write_text(READS)
    one = sdk.estimator(str(script), sdk.session(), instances=2, py_version='py3')
    data = 's3://%s/data/' % bucket
    one.fit({
        'shard': sdk.channel(data, distribution='ShardedByS3Key'),
        'list': sdk.channel('s3://%s/list.json' % bucket, s3_data_type='ManifestFile'),
        'pipe': sdk.channel(data, input_mode='Pipe', record_wrapping='RecordIO')})
    seen = outputs(client, one)
    assert sorted(seen) == ['algo-1', 'algo-2']
    assert seen['algo-1']['shard'] == ['0', '2']
    assert seen['algo-2']['shard'] == ['1', '3']
    for host in seen.values():
        assert host['list'] == ['data/1', 'data/3']
        assert host['left early'] == ['object 0']
        assert host['first epoch'] == host['second epoch'] == ['object %d' % i for i in range(4)]


def outputs(client, fitted):
    """What each host wrote, from the one archive."""
    output = client('sagemaker').describe_training_job(TrainingJobName=sdk.job_name(fitted))['OutputDataConfig']
    bucket, _, prefix = output['S3OutputPath'][len('s3://'):].partition('/')
    key = '/'.join(part for part in (prefix.strip('/'), sdk.job_name(fitted), 'output/output.tar.gz') if part)
    body = client('s3').get_object(Bucket=bucket, Key=key)['Body'].read()
    with tarfile.open(fileobj=io.BytesIO(body), mode='r:gz') as tar:
        return {os.path.basename(member.name): json.loads(tar.extractfile(member).read().decode())
                for member in tar if member.isfile()}


SAVES = '''
import os, time

FILE = '/opt/ml/checkpoints/epochs'

def train(**kwargs):
    before = open(FILE).read() if os.path.exists(FILE) else ''
    with open(FILE, 'w') as out:
        out.write(before + 'x')
    if not before:
        time.sleep(600)
'''


def test_checkpoints_are_kept_while_a_job_runs_and_given_to_the_next(client, bucket, name):
    source = api.upload_script(client, bucket, SAVES)
    sagemaker, s3 = client('sagemaker'), client('s3')
    config = {'S3Uri': 's3://%s/checkpoints' % bucket}

    def epochs():
        found = s3.list_objects_v2(Bucket=bucket, Prefix='checkpoints/epochs').get('Contents', [])
        return found and s3.get_object(Bucket=bucket, Key='checkpoints/epochs')['Body'].read()

    sagemaker.create_training_job(**api.training_job(name + '-1', bucket, source, CheckpointConfig=config))
    wait_for('the checkpoint in S3', lambda: epochs() == b'x')
    assert status(sagemaker, name + '-1') == 'InProgress'
    sagemaker.stop_training_job(TrainingJobName=name + '-1')
    wait_for('Stopped', lambda: status(sagemaker, name + '-1') == 'Stopped')
    sagemaker.create_training_job(**api.training_job(name + '-2', bucket, source, CheckpointConfig=config))
    wait_for('Completed', lambda: status(sagemaker, name + '-2') == 'Completed')
    assert epochs() == b'xx'


def status(sagemaker, job):
    return sagemaker.list_training_jobs(NameContains=job)['TrainingJobSummaries'][0]['TrainingJobStatus']


LEARNS = '''
def train(**kwargs):
    for epoch, loss in enumerate([4.0, 2.0]):
        print('epoch %d: loss=%s;' % (epoch, loss))
'''


def test_training_job_analytics_has_the_metrics_as_a_dataframe(client, bucket, name):
    pytest.importorskip('pandas', reason='the SDK makes its dataframe with pandas')
    request = api.training_job(name, bucket, api.upload_script(client, bucket, LEARNS))
    request['AlgorithmSpecification']['MetricDefinitions'] = [{'Name': 'loss', 'Regex': 'loss=(.*?);'}]
    sagemaker = client('sagemaker')
    sagemaker.create_training_job(**request)
    wait_for('Completed', lambda: status(sagemaker, name) == 'Completed')
    job = sagemaker.describe_training_job(TrainingJobName=name)
    assert [(metric['MetricName'], metric['Value']) for metric in job['FinalMetricDataList']] == [('loss', 2.0)]
    # SDKs of 2018 can look up the names for tuning jobs only
    names = ['loss'] if sdk.VERSION < (1, 12) else None
    frame = TrainingJobAnalytics(name, metric_names=names, sagemaker_session=sdk.session()).dataframe()
    assert set(frame['metric_name']) == {'loss'}
    # one minute has both, unless the job ran from one into the next
    assert list(frame['value']) in ([3.0], [4.0, 2.0])


@pytest.mark.parametrize('protocol', ['query', 'json', 'smithy-rpc-v2-cbor'])
def test_every_protocol_of_cloudwatch_is_spoken(emulator, protocol):
    boto3 = pytest.importorskip('boto3')
    session = boto3.session.Session()
    loader = session._session.get_component('data_loader')
    load = loader.load_service_model

    def changed(service, *args, **kwargs):
        model = load(service, *args, **kwargs)
        if service == 'cloudwatch' and 'metadata' in model:
            model = dict(model, metadata=dict(model['metadata'], protocol=protocol, protocols=[protocol]))
        return model

    loader.load_service_model = changed
    cloudwatch = session.client('cloudwatch', endpoint_url=emulator.endpoint)
    now = time.time()
    cloudwatch.put_metric_data(Namespace='test', MetricData=[
        {'MetricName': protocol, 'Value': value, 'Timestamp': now, 'Unit': 'Count',
         'Dimensions': [{'Name': 'a', 'Value': '<b>'}]} for value in (1.0, 3.0)])
    answer = cloudwatch.get_metric_data(StartTime=now - 600, EndTime=now + 600, MetricDataQueries=[{
        'Id': 'q', 'MetricStat': {'Stat': 'Average', 'Period': 3600, 'Metric': {
            'Namespace': 'test', 'MetricName': protocol, 'Dimensions': [{'Name': 'a', 'Value': '<b>'}]}}}])
    assert answer['MetricDataResults'][0]['Values'] == [2.0]
    assert abs(answer['MetricDataResults'][0]['Timestamps'][0].timestamp() - now) < 1300
    assert cloudwatch.list_metrics(MetricName=protocol)['Metrics'][0]['Dimensions'][0]['Value'] == '<b>'
    with pytest.raises(cloudwatch.exceptions.ClientError) as error:
        cloudwatch.get_metric_statistics(Namespace='test', MetricName='m', StartTime=now, EndTime=now - 60,
                                         Period=60, Statistics=['Average'])
    assert error.value.response['Error']['Code'].startswith('InvalidParameterValue')
