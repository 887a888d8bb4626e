"""The emulator killed at random moments while jobs are in every phase, and what its next start makes of them.

A run makes the choices of another one with that one's SAGELOCAL_TEST_SEED; what they meet is the machine's doing.
"""
import os
import random
import time

import api
import boto3
import pytest
import sdk
from conftest import Emulator, wait_for
from test_api_hosts import prefix_channel, shell_job

pytestmark = pytest.mark.skipif(sdk.VERSION < (2, 0),
                                reason='no SDK takes part: these requests are made once, beside the newest one')

ROUNDS = 10
OBJECTS = 200
LINES = ['line %d' % i for i in range(10)] + ['read input and more']
GROUP = '/aws/sagemaker/TrainingJobs'

# changes its channel, which is an overlay then, and leaves something in every place
SCRIPT = """
trap 'exit 0' TERM
cd /opt/ml
for i in $(seq 0 9); do echo line $i; sleep 0.05; done
[ -e input/data/train/mine ] || echo ' and more' > input/data/train/mine
echo read $(cat input/data/train/in input/data/train/mine)
for place in model output/data checkpoints; do echo $(hostname) > $place/$(hostname); done
"""
# some take long to upload, and some read what is fed to them
VARIANTS = ['', 'head -c 8000000 /dev/urandom > output/data/noise\n', '[ $(wc -c < input/data/pipe_0) = %d ]\n' % (4 * OBJECTS + len('input'))]


class Crashes(object):
    """Jobs on an emulator that is killed again and again."""

    def __init__(self, emulator, seed):
        self.emulator, self.random = emulator, random.Random(seed)
        self.stopped, self.jobs = set(), []
        self.session = boto3.session.Session('000000000000', 'secret', region_name='us-east-1')
        self.client('s3').create_bucket(Bucket='bucket')
        for i in range(OBJECTS):
            self.client('s3').put_object(Bucket='bucket', Key='data/more/%d' % i, Body=b'more')
        self.client('s3').put_object(Bucket='bucket', Key='data/in', Body=b'input')

    def client(self, service):
        config = boto3.session.Config(retries={'max_attempts': 0})
        return self.session.client(service, endpoint_url=self.emulator.endpoint, config=config)

    def create(self, name, variant):
        """Begins a job; one whose creation was answered is there from then on."""
        channels = [prefix_channel('train', 'bucket', 'data/')]
        if 'pipe' in variant:
            channels.append(dict(prefix_channel('pipe', 'bucket', 'data/'), InputMode='Pipe'))
        request = shell_job(self.client, name, 'bucket', SCRIPT + variant, hosts=self.random.choice([1, 2]),
                            channels=channels, CheckpointConfig={'S3Uri': 's3://bucket/checkpoints/' + name})
        self.client('sagemaker').create_training_job(**request)
        self.jobs.append((name, request['ResourceConfig']['InstanceCount']))

    def stop_some(self):
        name, _ = self.random.choice(self.jobs)
        sagemaker = self.client('sagemaker')
        try:
            sagemaker.stop_training_job(TrainingJobName=name)
        except sagemaker.exceptions.ClientError as e:  # it has ended
            assert 'is in status' in str(e)
            return
        self.stopped.add(name)

    def pause(self, most):
        time.sleep(self.random.uniform(0, most))

    def crash(self):
        self.emulator.kill()
        if self.random.random() < 0.3:  # and again while it starts
            self.emulator.launch(self.emulator.note['port'])
            self.pause(1.5)
            self.emulator.kill()
        self.emulator.start(self.emulator.note['port'])

    def round(self, number):
        for i, variant in enumerate(VARIANTS):
            self.create('job-%d-%d' % (number, i), variant)
            self.pause(0.8)
        if self.random.random() < 0.3:
            self.stop_some()
            self.pause(0.2)
        self.pause(0.8)
        self.crash()

    def check(self, name, hosts):
        description = self.client('sagemaker').describe_training_job(TrainingJobName=name)
        assert description['TrainingJobStatus'] == ('Stopped' if name in self.stopped else 'Completed'), description
        if name in self.stopped:
            return  # wherever that was
        left = {'algo-%d' % (i + 1): b'algo-%d\n' % (i + 1) for i in range(hosts)}
        assert api.artifact(self.client, description) == left
        s3 = self.client('s3')
        kept = s3.list_objects_v2(Bucket='bucket', Prefix='checkpoints/%s/' % name)['Contents']
        assert [each['Key'].rsplit('/', 1)[1] for each in kept] == sorted(left)
        streams = self.logs(name)
        assert {host for host, _ in streams} == set(left)
        for (host, attempt), lines in streams.items():
            last = max(other for one, other in streams if one == host)
            assert lines == (LINES if attempt == last else LINES[:len(lines)]), (name, streams)

    def logs(self, name):
        """The lines of each host and attempt."""
        logs, streams = self.client('logs'), {}
        for stream in logs.describe_log_streams(logGroupName=GROUP, logStreamNamePrefix=name + '/')['logStreams']:
            events = logs.get_log_events(logGroupName=GROUP, logStreamName=stream['logStreamName'],
                                         startFromHead=True)['events']
            streams[tuple(stream['logStreamName'].split('/')[1].rsplit('-', 1))] = [each['message'] for each in events]
        return streams

    def unfinished(self):
        jobs = self.client('sagemaker').list_training_jobs(MaxResults=100)['TrainingJobSummaries']
        assert {job['TrainingJobName'] for job in jobs} == {name for name, _ in self.jobs}
        return [job for job in jobs if job['TrainingJobStatus'] in ('InProgress', 'Stopping')]


def scratch(emulator):
    """Folders of jobs, and mounts of what is in them."""
    jobs = os.path.join(emulator.data, 'jobs')
    folders = [os.path.join(root, name) for root, names, _ in os.walk(jobs) for name in names if name.startswith('job-')]
    with open('/proc/mounts') as mounts:
        return folders + [line for line in mounts if emulator.data in line]


def test_every_accepted_job_outlives_crashes_and_leaves_nothing(tmp_path):
    seed = int(os.environ.get('SAGELOCAL_TEST_SEED') or time.time())
    print('SAGELOCAL_TEST_SEED=%d' % seed)  # which is shown when this fails
    emulator = Emulator(tmp_path / 'data')
    try:
        crashes = Crashes(emulator, seed)
        for number in range(ROUNDS):
            crashes.round(number)
        wait_for('all have ended', lambda: not crashes.unfinished(), 120)
        for name, hosts in crashes.jobs:
            crashes.check(name, hosts)
        wait_for('nothing is left behind', lambda: not emulator.left_behind() and not scratch(emulator), 20)
    finally:
        emulator.stop()
