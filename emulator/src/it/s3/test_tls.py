"""A store behind TLS, whose certificate is believed when a file says so and told when none does."""
import os
import socket
import subprocess
import urllib.request

import boto3
import pytest
from botocore.exceptions import ClientError
from conftest import emulators, program

KEYS = {'SAGELOCAL_S3_ACCESS_KEY': 'a-key', 'SAGELOCAL_S3_SECRET_KEY': 'a-long-secret'}


class TlsMinio(object):
    """MinIO with a certificate that it signed itself, for one address."""

    def __init__(self, folder, address='127.0.0.1'):
        self.certificate = str(folder / 'certs' / 'public.crt')
        os.makedirs(str(folder / 'certs'))
        subprocess.check_call(
            ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=minio',
             '-addext', 'subjectAltName=IP:' + address, '-keyout', str(folder / 'certs' / 'private.key'),
             '-out', self.certificate], stderr=subprocess.DEVNULL)
        with socket.create_server(('127.0.0.1', 0)) as free:
            self.address = 'https://127.0.0.1:%d' % free.getsockname()[1]
        self.process = subprocess.Popen(
            [program('minio'), 'server', str(folder / 'objects'), '--certs-dir', str(folder / 'certs'), '--address',
             self.address.split('//')[1], '--console-address', '127.0.0.1:0'],
            env=dict(os.environ, MINIO_ROOT_USER='a-key', MINIO_ROOT_PASSWORD='a-long-secret', MINIO_UPDATE='off'),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        emulators.wait_for('MinIO answers at ' + self.address, self.answers)

    def answers(self):
        assert self.process.poll() is None, 'MinIO ended'
        try:
            socket.create_connection(self.address.split('//')[1].split(':'), 1).close()
            return True
        except OSError:
            return False

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@pytest.fixture
def minio(tmp_path, request):
    if not program('minio'):
        pytest.skip('MinIO is neither on the PATH nor built: scripts/minio')
    one = TlsMinio(tmp_path / 'minio', *getattr(request, 'param', ()))
    yield one
    one.stop()


@pytest.fixture
def start(minio, tmp_path, monkeypatch):
    """Starts emulators over the store, with more of the environment."""
    started = []

    def start(**more):
        for name, value in dict(KEYS, SAGELOCAL_S3=minio.address, **more).items():
            monkeypatch.setenv(name, value)
        started.append(emulators.Emulator(tmp_path / 'data'))
        return boto3.client('s3', endpoint_url=started[-1].endpoint, region_name='us-east-1',
                            aws_access_key_id='000000000000', aws_secret_access_key='secret',
                            config=boto3.session.Config(retries={'max_attempts': 1}))

    yield start
    for one in started:
        one.stop()


def test_a_store_whose_certificate_is_trusted_is_like_others(minio, start, tmp_path):
    s3 = start(SAGELOCAL_S3_CA=minio.certificate)
    s3.create_bucket(Bucket='bucket')
    s3.put_object(Bucket='bucket', Key='data/a', Body=b'bytes')
    assert s3.get_object(Bucket='bucket', Key='data/a')['Body'].read() == b'bytes'
    address = s3.generate_presigned_url('get_object', Params={'Bucket': 'bucket', 'Key': 'data/a'})
    assert urllib.request.urlopen(address).read() == b'bytes'
    told = subprocess.check_output([emulators.COMMAND, 's3', 'copy', '--from', minio.address, '--to', 'embedded',
                                    '--data-dir', str(tmp_path / 'other'), 's3://bucket/'])
    assert told.decode().split() == ['s3://bucket/data/a', '1', 'written.']


def untrusted(minio, start, tmp_path, why):
    with pytest.raises(ClientError) as error:
        start().create_bucket(Bucket='bucket')
    answer = error.value.response
    assert (answer['ResponseMetadata']['HTTPStatusCode'], answer['Error']['Code']) == (503, 'ServiceUnavailable')
    copy = subprocess.run([emulators.COMMAND, 's3', 'copy', '--from', minio.address, '--to', 'embedded', '--data-dir',
                           str(tmp_path / 'other'), 's3://bucket/'], stderr=subprocess.PIPE)
    assert copy.returncode == 1
    for message in (answer['Error']['Message'], copy.stderr.decode()):
        assert 'its certificate is not trusted: ' in message and why in message
        assert 'SAGELOCAL_S3_CA may name a file' in message
    assert minio.address in answer['Error']['Message']


def test_a_certificate_that_nobody_vouches_for_is_told(minio, start, tmp_path):
    untrusted(minio, start, tmp_path, 'unable to find valid certification path')


@pytest.mark.parametrize('minio', [('127.0.0.2',)], indirect=True)
def test_a_certificate_of_another_address_is_told(minio, start, tmp_path, monkeypatch):
    monkeypatch.setenv('SAGELOCAL_S3_CA', minio.certificate)
    untrusted(minio, start, tmp_path, '127.0.0.1')


def test_a_store_that_has_gone_is_told(minio, start):
    s3 = start(SAGELOCAL_S3_CA=minio.certificate)
    minio.stop()
    with pytest.raises(ClientError) as error:
        s3.create_bucket(Bucket='bucket')
    assert error.value.response['Error']['Code'] == 'ServiceUnavailable'
    assert 'S3 at %s does not answer' % minio.address in error.value.response['Error']['Message']
