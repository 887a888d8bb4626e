"""A crash of the emulator at work, and its next start."""
import pytest
import sdk
from conftest import Emulator, wait_for

boto3 = pytest.importorskip('boto3')

SLOW = '''
import os, sys, time

def train(model_dir, **kwargs):
    for i in range(60):
        print('line %d' % i)
        sys.stdout.flush()
        time.sleep(0.1)
    with open(os.path.join(model_dir, 'done'), 'w') as f:
        f.write('yes')
'''


def clients(emulator):
    return [boto3.client(service, endpoint_url=emulator.endpoint) for service in ('sagemaker', 'logs')]


def lines(logs, job):
    group = '/aws/sagemaker/TrainingJobs'
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job + '/')['logStreams']
    return [event['message'] for stream in streams
            for event in logs.get_log_events(logGroupName=group, logStreamName=stream['logStreamName'],
                                             startFromHead=True)['events'] if event['message'].startswith('line ')]


def test_a_running_job_survives_a_crash_and_its_log_is_whole(emulator, tmp_path_factory, tmp_path, monkeypatch):
    other = Emulator(tmp_path_factory.mktemp('crash'))
    try:
        monkeypatch.setenv('AWS_ENDPOINT_URL', other.endpoint)
        for name, value in other.environment().items():
            monkeypatch.setenv(name, value)
        script = tmp_path / 'slow.py'
        script.write_text(SLOW)
        one = sdk.estimator(str(script), sdk.session(), py_version='py3')
        sdk.fit(one, tmp_path, wait=False)
        job = sdk.job_name(one)
        sagemaker, logs = clients(other)
        wait_for('ten lines', lambda: status(sagemaker, job) == 'InProgress' and count(logs, job) >= 10)
        other.kill()
        other.start(other.note['port'])
        sagemaker, logs = clients(other)
        wait_for('Completed', lambda: status(sagemaker, job) == 'Completed')
        assert lines(logs, job) == ['line %d' % i for i in range(60)]
        wait_for('nothing left behind', lambda: not other.left_behind(), 20)
    finally:
        other.stop()


def count(logs, job):
    try:
        return len(lines(logs, job))
    except logs.exceptions.ResourceNotFoundException:
        return 0


def status(sagemaker, job):
    # old SDKs' boto3 waits while the emulator holds the answer
    return sagemaker.list_training_jobs(NameContains=job)['TrainingJobSummaries'][0]['TrainingJobStatus']
