"""A client that sums with CRC64NVME and sends the sum behind the body: the one that AWS writes in C."""
import base64
import os
import socket
import threading

import botocore.session
import pytest
from awscrt.auth import AwsCredentialsProvider
from awscrt.checksums import crc64nvme
from botocore.config import Config
from botocore.exceptions import ClientError
from s3transfer.crt import BotocoreCRTRequestSerializer, CRTTransferManager, create_s3_crt_client

PART = 8 << 20


def summed(data):
    return base64.b64encode(crc64nvme(data).to_bytes(8, 'big')).decode()


@pytest.fixture
def overheard(emulator):
    """An address that leads to the emulator, and what clients said there."""
    host, port = emulator.endpoint.split('//')[1].split(':')
    said, listening = [], socket.create_server(('127.0.0.1', 0))

    def carry(source, target, hear):
        try:
            for data in iter(lambda: source.recv(1 << 16), b''):
                hear(data)
                target.sendall(data)
        except OSError:
            pass  # one of both has hung up
        finally:
            target.close()

    def listen():
        while True:
            try:
                client = listening.accept()[0]
            except OSError:  # the test is over
                return
            server = socket.create_connection((host, int(port)))
            for way in ((client, server, said.append), (server, client, len)):
                threading.Thread(target=carry, args=way, daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    yield 'http://127.0.0.1:%d' % listening.getsockname()[1], said
    listening.close()


def test_an_object_has_the_sum_that_was_asked_for(client, bucket):
    s3, data = client('s3'), os.urandom(100000)
    s3.put_object(Bucket=bucket, Key='key', Body=data, ChecksumAlgorithm='CRC64NVME')
    there = s3.get_object(Bucket=bucket, Key='key', ChecksumMode='ENABLED')
    assert there['Body'].read() == data
    assert (there['ChecksumCRC64NVME'], there['ChecksumType']) == (summed(data), 'FULL_OBJECT')


def test_bytes_of_another_sum_are_refused(client, bucket):
    s3 = client('s3')
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key='key', Body=b'bytes', ChecksumCRC64NVME=summed(b'others'))
    assert error.value.response['ResponseMetadata']['HTTPStatusCode'] == 400
    assert s3.list_objects_v2(Bucket=bucket)['KeyCount'] == 0


def transfers(address):
    """Over plain HTTP, which boto3 itself does not let this client do."""
    keys = AwsCredentialsProvider.new_static('000000000000', 'secret')
    return CRTTransferManager(
        create_s3_crt_client(region='us-east-1', part_size=PART, use_ssl=False, crt_credentials_provider=keys),
        BotocoreCRTRequestSerializer(botocore.session.Session(), {
            'region_name': 'us-east-1', 'endpoint_url': address, 'config': Config(s3={'addressing_style': 'path'})}))


@pytest.mark.parametrize('size', [100000, 2 * PART + 5], ids=['in one piece', 'in parts'])
def test_the_sum_may_come_behind_the_body(client, bucket, overheard, tmp_path, size):
    (address, said), data = overheard, os.urandom(size)
    (tmp_path / 'file').write_bytes(data)
    with transfers(address) as crt:
        crt.upload(str(tmp_path / 'file'), bucket, 'key', {'ChecksumAlgorithm': 'CRC64NVME'}).result()
        crt.download(bucket, 'key', str(tmp_path / 'back')).result()
    heard = b''.join(said).lower()
    assert heard.count(b'x-amz-trailer: x-amz-checksum-crc64nvme') == (1 if size < PART else 3)
    assert (tmp_path / 'back').read_bytes() == data
    assert client('s3').head_object(
        Bucket=bucket, Key='key', ChecksumMode='ENABLED')['ChecksumCRC64NVME'] == summed(data)
