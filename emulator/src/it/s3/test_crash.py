"""The store's process killed in the midst of writing, and opened again."""
import hashlib
import os
import socket
import threading

import boto3
import pytest

from conftest import FakeS3, emulators

PART = 5 << 20


@pytest.fixture
def folder(tmp_path):
    return tmp_path / 'store'


def client(store):
    return boto3.client('s3', endpoint_url=store.address, region_name='us-east-1', aws_access_key_id='key',
                        aws_secret_access_key='secret', config=boto3.session.Config(retries={'max_attempts': 1}))


def half_a_put(store, path, announced=2 * PART):
    """Sends half of what it announces, and leaves the connection open."""
    host, port = store.address.split('//')[1].split(':')
    connection = socket.create_connection((host, int(port)))
    connection.sendall(b'PUT %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n' % (
        path.encode(), announced))
    connection.sendall(b'x' * (announced // 2))
    return connection


def blobs(folder):
    return sorted(os.path.getsize(os.path.join(root, name))
                  for root, _, names in os.walk(str(folder / 'blobs')) for name in names)


def test_what_was_answered_outlives_a_kill_and_what_was_not_leaves_nothing(folder):
    store = FakeS3(folder)
    s3 = client(store)
    s3.create_bucket(Bucket='bucket')
    s3.put_object(Bucket='bucket', Key='replaced', Body=b'old')
    upload = s3.create_multipart_upload(Bucket='bucket', Key='parts')['UploadId']
    tags = [s3.upload_part(Bucket='bucket', Key='parts', UploadId=upload, PartNumber=1, Body=b'p' * PART)['ETag']]
    open_ones = [half_a_put(store, '/bucket/replaced'), half_a_put(store, '/bucket/new'),
                 half_a_put(store, '/bucket/parts?partNumber=2&uploadId=' + upload, PART)]
    emulators.wait_for('two half written files, and half a part behind the first',
                       lambda: len(blobs(folder)) == 4 and all(blobs(folder)) and PART < max(blobs(folder)))
    answered = []

    def write():
        while True:
            key, body = 'small/%d' % len(answered), os.urandom(10000)
            try:
                s3.put_object(Bucket='bucket', Key=key, Body=body)
            except Exception:  # the store has gone, which ends this
                return
            answered.append((key, hashlib.md5(body).hexdigest()))

    writer = threading.Thread(target=write)
    writer.start()
    emulators.wait_for('some are answered', lambda: len(answered) > 100)
    store.process.kill()
    store.process.wait()
    writer.join()
    for connection in open_ones:
        connection.close()

    store = FakeS3(folder)
    try:
        s3 = client(store)
        for key, md5 in answered:
            assert hashlib.md5(s3.get_object(Bucket='bucket', Key=key)['Body'].read()).hexdigest() == md5, key
        assert s3.get_object(Bucket='bucket', Key='replaced')['Body'].read() == b'old'
        listed = [one['Key'] for page in s3.get_paginator('list_objects_v2').paginate(Bucket='bucket')
                  for one in page['Contents'] if not one['Key'].startswith('small/')]
        assert listed == ['replaced']
        assert [part['PartNumber'] for part in s3.list_parts(
            Bucket='bucket', Key='parts', UploadId=upload)['Parts']] == [1]
        tags.append(s3.upload_part(Bucket='bucket', Key='parts', UploadId=upload, PartNumber=2, Body=b'end')['ETag'])
        s3.complete_multipart_upload(Bucket='bucket', Key='parts', UploadId=upload, MultipartUpload={
            'Parts': [{'PartNumber': number, 'ETag': tag} for number, tag in enumerate(tags, 1)]})
        assert s3.get_object(Bucket='bucket', Key='parts')['Body'].read() == b'p' * PART + b'end'
        # the one under way when it was killed may have been written and not answered
        emulators.wait_for('only whole objects are on the disk',
                           lambda: len(blobs(folder)) - len(answered) - 3 in (0, 1), 20)
    finally:
        store.stop()
