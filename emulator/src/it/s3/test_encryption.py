"""Keys that objects shall be encrypted with, where clients and where jobs ask for them."""
import base64
import os
import socket
import subprocess

import boto3
import pytest

import jobs
from conftest import emulator_on, program

MODEL = 'echo weights > /opt/ml/model/weights'
KEY = 'arn:aws:kms:us-east-1:000000000000:key/mine'


@pytest.fixture(scope='module', autouse=True)
def image():
    jobs.require_image()


def encryption(s3, bucket, key):
    head = s3.head_object(Bucket=bucket, Key=key)
    return head.get('ServerSideEncryption'), head.get('SSEKMSKeyId')


def test_how_an_object_is_encrypted_is_told_with_it(client, bucket, store):
    if store == 'minio':
        pytest.skip('the MinIO that the emulator starts has no keys')
    s3 = client('s3')
    asked = {'ServerSideEncryption': 'aws:kms', 'SSEKMSKeyId': KEY}
    put = s3.put_object(Bucket=bucket, Key='one', Body=b'x', **asked)
    begun = s3.create_multipart_upload(Bucket=bucket, Key='parts', **asked)
    upload = {'Bucket': bucket, 'Key': 'parts', 'UploadId': begun['UploadId']}
    part = s3.upload_part(PartNumber=1, Body=b'x', **upload)
    whole = s3.complete_multipart_upload(
        MultipartUpload={'Parts': [{'PartNumber': 1, 'ETag': part['ETag']}]}, **upload)
    got = s3.get_object(Bucket=bucket, Key='one')
    for answer in (put, begun, part, whole, got):
        assert (answer['ServerSideEncryption'], answer['SSEKMSKeyId']) == ('aws:kms', KEY)
    assert encryption(s3, bucket, 'one') == encryption(s3, bucket, 'parts') == ('aws:kms', KEY)
    # a copy is not encrypted because its source was, and may be one on itself that changes that alone
    s3.copy_object(Bucket=bucket, Key='copy', CopySource={'Bucket': bucket, 'Key': 'one'})
    assert encryption(s3, bucket, 'copy') == (None, None)
    s3.copy_object(Bucket=bucket, Key='copy', CopySource={'Bucket': bucket, 'Key': 'copy'},
                   ServerSideEncryption='AES256')
    assert encryption(s3, bucket, 'copy') == ('AES256', None)


def test_a_jobs_outputs_are_written_with_its_key(client, bucket, store):
    client('s3').put_object(Bucket=bucket, Key='data/in', Body=b'x')
    job = jobs.train(client, bucket, MODEL, KmsKeyId=KEY)
    assert job['TrainingJobStatus'] == 'Completed', job['FailureReason']
    told = ' '.join(each['StatusMessage'] for each in job['SecondaryStatusTransitions'])
    key = 'out/%s/output/model.tar.gz' % job['TrainingJobName']
    if store == 'minio':
        assert 'no keys, so that outputs are not encrypted with ' + KEY in told
        assert encryption(client('s3'), bucket, key) == (None, None)
    else:
        assert KEY not in told
        assert encryption(client('s3'), bucket, key) == ('aws:kms', KEY)


@pytest.fixture(params=['with a key', 'without keys'])
def foreign_minio(request, tmp_path):
    """A MinIO that somebody else looks after, with or without keys, and an emulator that uses it."""
    path = program('minio')
    if not path:
        pytest.skip('MinIO is neither on the PATH nor built: scripts/minio')
    environment = dict(os.environ, MINIO_ROOT_USER='key', MINIO_ROOT_PASSWORD='a-secret')
    if request.param == 'with a key':
        environment['MINIO_KMS_SECRET_KEY'] = 'mine:' + base64.b64encode(os.urandom(32)).decode()
    with socket.create_server(('127.0.0.1', 0)) as free:
        address = '127.0.0.1:%d' % free.getsockname()[1]
    minio = subprocess.Popen([path, 'server', '--quiet', '--address', address, str(tmp_path / 'minio')],
                             env=environment)
    one = emulator_on('http://' + address, tmp_path / 'data')
    try:
        yield one, request.param
    finally:
        one.stop()
        minio.terminate()
        minio.wait(20)


def test_a_key_that_a_store_has_encrypts_and_another_one_fails_the_job(foreign_minio):
    emulator, keys = foreign_minio
    session = boto3.session.Session('000000000000', 'a-secret', region_name='us-east-1')

    def client(service):
        return session.client(service, endpoint_url=emulator.endpoint)

    s3 = client('s3')
    s3.create_bucket(Bucket='bucket')
    s3.put_object(Bucket='bucket', Key='data/in', Body=b'x')
    if keys == 'with a key':
        job = jobs.train(client, 'bucket', MODEL, KmsKeyId='mine')
        assert job['TrainingJobStatus'] == 'Completed', job['FailureReason']
        name = 'out/%s/output/model.tar.gz' % job['TrainingJobName']
        assert encryption(s3, 'bucket', name)[0] == 'aws:kms'
        assert s3.get_object(Bucket='bucket', Key=name)['Body'].read()[:2] == b'\x1f\x8b'
    job = jobs.train(client, 'bucket', MODEL, KmsKeyId='other')
    assert job['TrainingJobStatus'] == 'Failed'
    assert job['FailureReason'].startswith(
        'ClientError: Artifact upload failed: OutputDataConfig.KmsKeyId other is no key of this store')
    kept = job['FailureReason'].rsplit('is kept in ', 1)[1]
    assert sorted(os.listdir(kept)) == ['model.tar.gz', 'output.tar.gz']
