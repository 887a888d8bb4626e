"""Channels of real containers over every store: quick where the bytes are on this disk, and never a way back into it."""
import os

import pytest

import jobs
from conftest import emulators

SPOILS = '; '.join([
    'cd /opt/ml/input/data/train', 'tail -q -c 20 a deep/b', 'printf " by %s" $(hostname) >>a', 'chmod 600 deep/b',
    'tail -c 30 a', 'rm -r deep', 'mv a c', 'ls'])


@pytest.fixture(scope='module', autouse=True)
def image():
    jobs.require_image()


def run(client, bucket, hosts):
    """What each host of a job printed, by host."""
    job = jobs.train(client, bucket, SPOILS, hosts)
    assert job['TrainingJobStatus'] == 'Completed', job['FailureReason']
    logs, seen = client('logs'), {}
    group = '/aws/sagemaker/TrainingJobs'
    for stream in logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=job['TrainingJobName'] + '/')['logStreams']:
        events = logs.get_log_events(logGroupName=group, logStreamName=stream['logStreamName'], startFromHead=True)
        seen[stream['logStreamName'].split('/')[1][:6]] = [event['message'] for event in events['events']]
    return seen


def test_what_a_job_does_to_its_channel_nobody_else_sees(emulator, client, bucket):
    s3 = client('s3')
    s3.put_object(Bucket=bucket, Key='data/a', Body=b'first\nof all')
    s3.put_object(Bucket=bucket, Key='data/deep/b', Body=b'\nsecond\n')
    expected = {host: ['first', 'of all', 'second', 'first', 'of all by %sc' % host] for host in ('algo-1', 'algo-2')}
    assert run(client, bucket, 2) == expected
    assert run(client, bucket, 1) == {'algo-1': expected['algo-1']}
    assert s3.get_object(Bucket=bucket, Key='data/a')['Body'].read() == b'first\nof all'
    assert s3.get_object(Bucket=bucket, Key='data/deep/b')['Body'].read() == b'\nsecond\n'
    emulators.wait_for('nothing left behind', lambda: not emulator.left_behind(), 20)


@pytest.mark.parametrize('again', [False, True], ids=['one behind the other', 'one of them sent twice'])
def test_an_object_in_parts_is_a_file_like_others(client, bucket, again):
    s3 = client('s3')
    upload = s3.create_multipart_upload(Bucket=bucket, Key='data/a')['UploadId']
    parts, first = {}, b'x' * (5 << 20) + b'\n'
    for number, body in ((1, b'y' * len(first)), (2, b'the end'), (1, first))[0 if again else 1:]:
        tag = s3.upload_part(Bucket=bucket, Key='data/a', UploadId=upload, PartNumber=number, Body=body)['ETag']
        parts[number] = {'PartNumber': number, 'ETag': tag}
    s3.complete_multipart_upload(Bucket=bucket, Key='data/a', UploadId=upload,
                                 MultipartUpload={'Parts': [parts[1], parts[2]]})
    s3.put_object(Bucket=bucket, Key='data/deep/b', Body=b'')
    assert run(client, bucket, 1)['algo-1'][-1] == 'the end by algo-1c'
    assert s3.get_object(Bucket=bucket, Key='data/a')['Body'].read()[-8:] == b'\nthe end'


def files(*folder):
    return {os.path.join(root, name) for root, _, names in os.walk(os.path.join(*folder)) for name in names}


def test_a_channel_used_again_is_not_downloaded_again(emulator, store, client, bucket, monkeypatch):
    if store == 'embedded':
        pytest.skip('its files are on this disk already')
    s3, cache, behind = client('s3'), os.path.join(emulator.data, 's3-cache'), os.path.dirname(emulator.data)
    kept, blobs = files(cache), files(behind, 'behind', 'blobs')
    s3.put_object(Bucket=bucket, Key='data/a', Body=b'first\nof all')
    s3.put_object(Bucket=bucket, Key='data/deep/b', Body=b'\nsecond\n')
    seen = run(client, bucket, 1)
    assert len(files(cache) - kept) == 2
    for blob in files(behind, 'behind', 'blobs') - blobs:
        os.remove(blob)  # whoever asks for the bytes fails now
    kept = files(cache)
    assert run(client, bucket, 1) == seen
    emulator.stop()
    for name, value in emulator.given.items():
        monkeypatch.setenv(name, value)
    emulator.start(emulator.endpoint.rsplit(':', 1)[1])
    assert run(client, bucket, 1) == seen
    assert files(cache) == kept
    s3.put_object(Bucket=bucket, Key='data/a', Body=b'another\none')
    s3.put_object(Bucket=bucket, Key='data/deep/b', Body=b'\nand\n')
    assert run(client, bucket, 1)['algo-1'][:3] == ['another', 'one', 'and']
    assert len(files(cache) - kept) == 2
