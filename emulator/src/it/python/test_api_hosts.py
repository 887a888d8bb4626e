"""TrainingJobs of several hosts, their networks and what they get of the machine, in real containers."""
import subprocess

import api
import boto3
import pytest
import sdk
from botocore.exceptions import ClientError
from conftest import COMMAND, Emulator
from test_api_training import described

pytestmark = pytest.mark.skipif(sdk.VERSION < (2, 0),
                                reason='no SDK takes part: these requests are made once, beside the newest one')

DEBIAN = 'sagelocal/debian:bullseye-slim'

KVSTORE = '''
import time
import mxnet as mx

def train(hyperparameters, **kwargs):
    kv = mx.kv.create(hyperparameters['kvstore'])
    kv.init(3, mx.nd.zeros((2, 3)))
    kv.set_optimizer(mx.optimizer.create('test', rescale_grad=1))
    kv._barrier()
    kv.push(3, mx.nd.ones((2, 3)) * (kv.rank + 1))
    pulled = mx.nd.zeros((2, 3))
    end = time.time() + 30
    total = kv.num_workers * (kv.num_workers + 1) // 2
    # nothing tells when an asynchronous push has arrived
    while pulled.asnumpy()[1][2] != total and time.time() < end:
        kv.pull(3, out=pulled)
    print('worker %d of %d pulled %d' % (kv.rank, kv.num_workers, pulled.asnumpy()[1][2]))
    kv._barrier()
'''


def shell_job(client, name, bucket, script, hosts=1, instance='ml.c4.xlarge', channels=(), **changes):
    """A job whose hosts run a shell script, which they find in a channel of its own."""
    client('s3').put_object(Bucket=bucket, Key=name + '/script/run.sh', Body=script.encode())
    channels = list(channels) + [prefix_channel('script', bucket, name + '/script/')]
    request = api.training_job(name, bucket, InputDataConfig=channels, **changes)
    request['AlgorithmSpecification'] = {
        'TrainingImage': DEBIAN, 'TrainingInputMode': 'File',
        'ContainerEntrypoint': ['/bin/bash', '/opt/ml/input/data/script/run.sh']}
    request['ResourceConfig'].update(InstanceCount=hosts, InstanceType=instance)
    return request


def prefix_channel(channel, bucket, prefix):
    return {'ChannelName': channel, 'InputMode': 'File', 'DataSource': {'S3DataSource': {
        'S3DataType': 'S3Prefix', 'S3Uri': 's3://%s/%s' % (bucket, prefix),
        'S3DataDistributionType': 'FullyReplicated'}}}


def log(client, name, host='algo'):
    """The lines of a job's log, or of one host's."""
    events = client('logs').filter_log_events(logGroupName='/aws/sagemaker/TrainingJobs',
                                              logStreamNamePrefix='%s/%s-' % (name, host))['events']
    return [event['message'] for event in events]


def run(client, request, status='Completed'):
    client('sagemaker').create_training_job(**request)
    job = described(client, request['TrainingJobName'], 'Completed', 'Failed', 'Stopped')
    assert job['TrainingJobStatus'] == status, job.get('FailureReason')
    return job


@pytest.mark.parametrize('kvstore', ['dist_sync', 'dist_async'])
@pytest.mark.parametrize('hosts', [2, 4])
def test_hosts_add_up_in_a_kvstore(client, bucket, name, hosts, kvstore):
    request = api.training_job(name, bucket, api.upload_script(client, bucket, KVSTORE))
    request['HyperParameters']['kvstore'] = '"%s"' % kvstore
    request['ResourceConfig']['InstanceCount'] = hosts
    run(client, request)
    total = hosts * (hosts + 1) // 2
    pulled = [line for line in log(client, name) if line.startswith('worker ')]
    assert sorted(pulled) == ['worker %d of %d pulled %d' % (rank, hosts, total) for rank in range(hosts)]


def test_a_host_that_fails_is_named_and_ends_the_others(client, bucket, name):
    script = ('if [ $(hostname) = algo-2 ]; then sleep 1; echo no such column > /opt/ml/output/failure; exit 3; fi; '
              'trap "echo told to end; exit 0" TERM; while :; do sleep 0.1; done')
    job = run(client, shell_job(client, name, bucket, script, hosts=3), 'Failed')
    assert job['FailureReason'] == 'AlgorithmError: host algo-2: no such column, exit code: 3'
    assert [log(client, name, host) for host in ('algo-1', 'algo-3')] == [['told to end'], ['told to end']]


# says what it reaches: the emulator at Docker's bridge, the first address of its own network, the world
LOOK_AROUND = '''
    reach() { timeout 3 bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null && echo "reached $3"; }
    own=$(hostname -i)
    reach %(bridge)s %(port)s emulator
    reach ${own%%.*}.1 %(port)s gateway
    reach 1.1.1.1 53 world
    cp /opt/ml/input/data/train/in /opt/ml/model/$(hostname)
'''
MEET = '''
    if [ $(hostname) = algo-1 ]; then
      perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => 7000, Listen => 1); $s->accept'
    else
      for i in $(seq 50); do reach algo-1 7000 peer && break; sleep 0.2; done
    fi
'''


@pytest.fixture
def look_around(emulator):
    bridge = subprocess.check_output(['docker', 'network', 'inspect', 'bridge', '-f',
                                      '{{(index .IPAM.Config 0).Gateway}}']).decode().strip()
    return LOOK_AROUND % {'bridge': bridge or '172.17.0.1', 'port': emulator.endpoint.rsplit(':', 1)[1]}


@pytest.fixture
def channel(client, bucket):
    client('s3').put_object(Bucket=bucket, Key='data/in', Body=b'input')
    return prefix_channel('train', bucket, 'data/')


def test_an_isolated_jobs_hosts_reach_each_other_alone(client, bucket, name, look_around, channel):
    job = run(client, shell_job(client, name, bucket, look_around + MEET, hosts=2, EnableNetworkIsolation=True,
                                channels=[channel]))
    assert log(client, name) == ['reached peer']
    assert api.artifact(client, job) == {'algo-1': b'input', 'algo-2': b'input'}


def test_an_isolated_single_host_reaches_nothing_and_knows_its_name(client, bucket, name, look_around, channel):
    script = look_around + 'getent hosts algo-1 | tr -s " "'
    job = run(client, shell_job(client, name, bucket, script, EnableNetworkIsolation=True, channels=[channel]))
    assert log(client, name) == ['127.0.0.1 algo-1']
    assert api.artifact(client, job) == {'algo-1': b'input'}


def test_a_channel_reaches_the_groups_that_it_names(client, bucket, name, channel):
    channel['DataSource']['S3DataSource']['InstanceGroupNames'] = ['workers']
    script = 'echo $(ls /opt/ml/input/data) on $(hostname)'
    request = shell_job(client, name, bucket, script, channels=[channel])
    request['ResourceConfig'] = {'VolumeSizeInGB': 1, 'InstanceGroups': [
        {'InstanceGroupName': 'servers', 'InstanceType': 'ml.m5.large', 'InstanceCount': 1},
        {'InstanceGroupName': 'workers', 'InstanceType': 'ml.c5.xlarge', 'InstanceCount': 2}]}
    run(client, request)
    assert sorted(log(client, name)) == [
        'script on algo-1', 'script train on algo-2', 'script train on algo-3']
    channel['DataSource']['S3DataSource']['InstanceGroupNames'] = ['clients']
    with pytest.raises(ClientError) as refused:
        client('sagemaker').create_training_job(**dict(request, TrainingJobName=name + '-2'))
    assert 'names group clients; ResourceConfig has groups [servers, workers]' in str(refused.value)


def test_a_job_that_is_not_isolated_reaches_the_emulator(client, bucket, name, look_around, channel):
    run(client, shell_job(client, name, bucket, look_around + MEET, hosts=2, channels=[channel]))
    assert {'reached peer', 'reached emulator'} <= set(log(client, name))


def test_a_host_gets_what_its_instance_type_has(client, bucket, name):
    script = 'df -B1 --output=size /dev/shm | tail -1; exec tail /dev/zero'
    job = run(client, shell_job(client, name, bucket, script, instance='ml.t3.medium'), 'Failed')
    assert 'ran out of memory' in job['FailureReason']
    assert [int(line) for line in log(client, name)] == [2 << 30]


def test_the_shape_of_a_model_trainers_job(client, bucket, name):
    """ModelTrainer of the SDK 3 sends its drivers and code as channels, and a command that runs them."""
    s3 = client('s3')
    s3.put_object(Bucket=bucket, Key='drivers/sm_train.sh', Body=(
        b'#!/bin/bash\nset -e\ncd /opt/ml/input/data/code\nexec bash train.sh'))
    s3.put_object(Bucket=bucket, Key='code/train.sh', Body=b'echo from the code channel > /opt/ml/model/said')
    request = api.training_job(name, bucket, InputDataConfig=[
        prefix_channel('code', bucket, 'code/'), prefix_channel('sm_drivers', bucket, 'drivers/')])
    request['AlgorithmSpecification'] = {
        'TrainingImage': DEBIAN, 'TrainingInputMode': 'File', 'EnableSageMakerMetricsTimeSeries': True,
        'ContainerEntrypoint': ['/bin/bash'],
        'ContainerArguments': ['-c', 'chmod +x /opt/ml/input/data/sm_drivers/sm_train.sh && '
                                     '/opt/ml/input/data/sm_drivers/sm_train.sh']}
    assert api.artifact(client, run(client, request)) == {'said': b'from the code channel\n'}


def test_a_failed_job_that_was_kept_is_looked_into_and_run_again(tmp_path_factory, monkeypatch, name):
    monkeypatch.setenv('SAGELOCAL_KEEP', 'failed')
    other = Emulator(tmp_path_factory.mktemp('kept'))
    try:
        for variable, value in other.environment().items():
            monkeypatch.setenv(variable, value)
        client = boto3.client
        client('s3').create_bucket(Bucket='kept')
        script = 'echo "it is $MOOD" | tee /tmp/note; exit 3'
        run(client, shell_job(client, name, 'kept', script, Environment={'MOOD': "so 'so'"}), 'Failed')
        shell, rerun = ([COMMAND, verb, name, '--data-dir', other.data] for verb in ('shell', 'rerun'))
        assert subprocess.run(shell, input=b'cat /tmp/note; ls /opt/ml/input/data/script; exit 4',
                              stdout=subprocess.PIPE).stdout.decode().split('\n')[:2] == ["it is so 'so'", 'run.sh']
        lines = subprocess.check_output(rerun).decode()
        again = subprocess.run(['bash', '-c', lines], stdout=subprocess.PIPE)
        assert (again.returncode, again.stdout) == (3, b"it is so 'so'\n")
        client('sagemaker').delete_training_job(TrainingJobName=name)
        assert not other.left_behind()
        assert subprocess.run(rerun, stderr=subprocess.PIPE).stderr.decode().count('--keep failed') == 1
    finally:
        other.stop()
