"""Objects that go from one store to another, with all that is beside their bytes."""
import os
import subprocess

import boto3
import pytest
from conftest import emulators, program

PART = 5 << 20
BESIDE = {'ContentType': 'text/csv', 'CacheControl': 'no-cache', 'ContentEncoding': 'gzip',
          'ContentDisposition': 'attachment', 'Metadata': {'origin': 'field 7', 'empty': ''}}


@pytest.fixture
def data(tmp_path):
    if not program('minio'):
        pytest.skip('MinIO is neither on the PATH nor built: scripts/minio')
    return tmp_path / 'data'


def over(store, data, use):
    """Starts an emulator with a store, uses its S3, and stops it."""
    os.environ['SAGELOCAL_S3'] = store
    try:
        one = emulators.Emulator(data)
    finally:
        del os.environ['SAGELOCAL_S3']
    try:
        use(boto3.client('s3', endpoint_url=one.endpoint, region_name='us-east-1',
                         aws_access_key_id='000000000000', aws_secret_access_key='secret'))
    finally:
        one.stop()


def copy(data, one, other, *places):
    return subprocess.check_output((emulators.COMMAND, 's3', 'copy', '--from', one, '--to', other, '--data-dir',
                                    str(data)) + places, universal_newlines=True)


def put(s3):
    s3.create_bucket(Bucket='bucket')
    s3.put_object(Bucket='bucket', Key='data/a', Body=b'1,2', Tagging='team=a%20b&empty=', **BESIDE)
    s3.put_object(Bucket='bucket', Key='data/plain', Body=b'plain')
    upload = s3.create_multipart_upload(Bucket='bucket', Key='data/parts', Tagging='in=parts', **BESIDE)['UploadId']
    parts = []
    for number, body in enumerate((b'x' * PART, b'end'), 1):
        tag = s3.upload_part(Bucket='bucket', Key='data/parts', UploadId=upload, PartNumber=number, Body=body)['ETag']
        parts.append({'PartNumber': number, 'ETag': tag})
    s3.complete_multipart_upload(Bucket='bucket', Key='data/parts', UploadId=upload, MultipartUpload={'Parts': parts})


def check(s3, folder):
    for key, body, tags in (('a', b'1,2', {'team': 'a b', 'empty': ''}), ('parts', b'x' * PART + b'end', {'in': 'parts'})):
        there = s3.get_object(Bucket='bucket', Key=folder + key)
        assert there['Body'].read() == body
        assert {name: there[name] for name in BESIDE} == BESIDE
        assert tags_of(s3, folder + key) == tags
    plain = s3.get_object(Bucket='bucket', Key=folder + 'plain')
    assert (plain['Body'].read(), plain['Metadata'], tags_of(s3, folder + 'plain')) == (b'plain', {}, {})


def tags_of(s3, key):
    return {tag['Key']: tag['Value'] for tag in s3.get_object_tagging(Bucket='bucket', Key=key)['TagSet']}


def test_metadata_content_type_and_tags_go_along_there_and_back(data):
    over('embedded', data, put)
    assert '3 written.' in copy(data, 'embedded', 'minio', 's3://bucket/')
    over('minio', data, lambda s3: check(s3, 'data/'))
    assert '3 written.' in copy(data, 'minio', 'embedded', 's3://bucket/data/', 's3://bucket/back/')
    over('embedded', data, lambda s3: check(s3, 'back/'))
