"""S3 on the emulator's port."""
import subprocess
import urllib.request

import pytest
from botocore.exceptions import ClientError


def test_objects_are_put_read_listed_and_deleted(client, bucket):
    s3 = client('s3')
    for i in range(1005):
        s3.put_object(Bucket=bucket, Key='many/%04d' % i, Body=b'%d' % i)
    pages = s3.get_paginator('list_objects_v2').paginate(Bucket=bucket, Prefix='many/')
    assert [item['Key'] for page in pages for item in page['Contents']] == ['many/%04d' % i for i in range(1005)]
    assert s3.get_object(Bucket=bucket, Key='many/0042', Range='bytes=1-1')['Body'].read() == b'2'
    s3.copy_object(Bucket=bucket, Key='copy', CopySource={'Bucket': bucket, 'Key': 'many/0042'})
    assert s3.get_object(Bucket=bucket, Key='copy')['Body'].read() == b'42'
    s3.delete_objects(Bucket=bucket, Delete={'Objects': [{'Key': 'many/%04d' % i} for i in range(1000)]})
    assert s3.list_objects_v2(Bucket=bucket)['KeyCount'] == 6


def test_a_large_file_goes_up_in_parts(client, bucket, tmp_path):
    data = bytes(range(256)) * 80000
    (tmp_path / 'large').write_bytes(data)
    client('s3').upload_file(str(tmp_path / 'large'), bucket, 'large')
    client('s3').download_file(bucket, 'large', str(tmp_path / 'back'))
    assert (tmp_path / 'back').read_bytes() == data


def test_presigned_addresses_work(client, bucket):
    s3 = client('s3')
    put = s3.generate_presigned_url('put_object', Params={'Bucket': bucket, 'Key': 'signed'})
    urllib.request.urlopen(urllib.request.Request(put, data=b'yes', method='PUT', headers={'Content-Type': ''}))
    get = s3.generate_presigned_url('get_object', Params={'Bucket': bucket, 'Key': 'signed'})
    assert urllib.request.urlopen(get).read() == b'yes'


@pytest.mark.parametrize('key', ['../up', 'a/../../up', 'a/./b', 'a//b', '/a', 'x' * 1024, 'ü ñ+%/&<>"', '日本/😀'])
def test_every_key_that_s3_allows_is_kept_under_that_name(client, bucket, key):
    s3 = client('s3')
    s3.put_object(Bucket=bucket, Key=key, Body=b'here')
    assert s3.get_object(Bucket=bucket, Key=key)['Body'].read() == b'here'
    assert [item['Key'] for item in s3.list_objects_v2(Bucket=bucket)['Contents']] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    s3.delete_bucket(Bucket=bucket)


def test_a_key_may_be_the_folder_of_another(client, bucket):
    s3 = client('s3')
    for key in ('a', 'a/b', 'a/'):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key='a/b')['Body'].read() == b'a/b'
    page = s3.list_objects_v2(Bucket=bucket, Delimiter='/')
    assert [item['Key'] for item in page['Contents']] == ['a']
    assert [item['Prefix'] for item in page['CommonPrefixes']] == ['a/']


def test_what_is_missing_says_so(client, bucket):
    s3 = client('s3')
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key='none')
    with pytest.raises(s3.exceptions.NoSuchBucket):
        s3.list_objects_v2(Bucket='no-such-bucket-here')


def test_the_aws_command_works(emulator, bucket, tmp_path):
    (tmp_path / 'file').write_text('text')

    def aws(*args):
        return subprocess.check_output(('aws',) + args).decode()

    aws('s3', 'cp', str(tmp_path / 'file'), 's3://%s/file' % bucket)
    assert 'file' in aws('s3', 'ls', 's3://%s/' % bucket)
    assert '"TrainingJobSummaries"' in aws('sagemaker', 'list-training-jobs')
