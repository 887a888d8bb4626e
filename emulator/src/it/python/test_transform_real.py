"""Batch transform of very large inputs, of record files, and over a crash, in real containers that need no MXNet."""
import hashlib
import os
import shutil
import struct

import light_model
import pytest
import sdk
from conftest import Emulator, wait_for
from test_api_huge import peak_memory
from test_api_transform import create, ended

pytestmark = pytest.mark.skipif(sdk.VERSION < (2, 0),
                                reason='no SDK takes part: these requests are made once, beside the newest one')

GIB = 1 << 30
LINE = 512
LINES_OF_BLOCK = 2048


@pytest.fixture(scope='module')
def image(tmp_path_factory):
    one = light_model.build(tmp_path_factory.mktemp('light'))
    yield one
    light_model.remove(one)


def blocks():
    """1 GiB of numbered lines."""
    rest = b' ' + b'abcdefghij' * 50 + b'\n'
    for first in range(0, GIB // LINE, LINES_OF_BLOCK):
        yield b''.join(b'%011d%s' % (n, rest[-501:]) for n in range(first, first + LINES_OF_BLOCK))


@pytest.fixture
def huge_emulator(tmp_path, monkeypatch):
    """One with 256 MiB of heap, whose store has the input from the start."""
    bucket = tmp_path / 'init' / 'huge'
    (bucket / 'in').mkdir(parents=True)
    with open(str(bucket / 'in' / 'lines'), 'wb') as lines:
        lines.writelines(blocks())
    monkeypatch.setenv('SAGELOCAL_INIT', str(tmp_path / 'init'))
    one = Emulator(tmp_path / 'data')
    try:
        monkeypatch.delenv('SAGELOCAL_INIT')
        shutil.rmtree(str(tmp_path / 'init'))
        for name, value in one.environment().items():
            monkeypatch.setenv(name, value)
        yield one
    finally:
        one.stop()
        shutil.rmtree(str(tmp_path))  # pytest would keep its gigabytes


def test_a_gibibyte_of_lines_is_transformed_with_little_memory(huge_emulator, client, name, image):
    light_model.create(client, name, image, UPPER='yes')
    expected = hashlib.sha256()
    for block in blocks():
        expected.update(block.upper())
    for concurrent, megabytes in ((4, 6), (1, 100)):
        job = '%s-%d' % (name, megabytes)
        create(client, 'huge', name, TransformJobName=job, BatchStrategy='MultiRecord',
               MaxConcurrentTransforms=concurrent, MaxPayloadInMB=megabytes)
        wait_for('the job has ended', lambda: status(client, job) != 'InProgress', 400)
        ending = ended(client, job)
        assert ending['TransformJobStatus'] == 'Completed', ending
        output = client('s3').get_object(Bucket='huge', Key='out/lines.out')
        assert output['ContentLength'] == GIB
        assert digest(output['Body']) == expected.hexdigest()
        client('s3').delete_object(Bucket='huge', Key='out/lines.out')
    with open('/proc/%d/cmdline' % huge_emulator.process.pid) as words:
        assert '-Xmx256m' in words.read()
    assert peak_memory(huge_emulator.process.pid) < 600 << 20
    wait_for('nothing left behind', lambda: not huge_emulator.left_behind(), 20)


def digest(stream):
    one = hashlib.sha256()
    for piece in iter(lambda: stream.read(1 << 20), b''):
        one.update(piece)
    return one.hexdigest()


def status(client, name):
    # a Describe would be held until the job has ended
    jobs = client('sagemaker').list_transform_jobs(NameContains=name)['TransformJobSummaries']
    return jobs[0]['TransformJobStatus']


@pytest.fixture
def mortal_emulator(tmp_path, monkeypatch):
    one = Emulator(tmp_path / 'data')
    for name, value in one.environment().items():
        monkeypatch.setenv(name, value)
    yield one
    one.stop()


def test_a_job_whose_emulator_is_killed_twice_is_completed_by_the_next(mortal_emulator, client, bucket, name, image):
    files = {'in/%d' % i: ['file %d line %d' % (i, line) for line in range(40)] for i in range(4)}
    for key, lines in files.items():
        client('s3').put_object(Bucket=bucket, Key=key, Body='\n'.join(lines).encode())
    light_model.create(client, name, image, UPPER='yes', PAUSE='0.05')
    create(client, bucket, name, BatchStrategy='SingleRecord')
    before = {}
    for done in (1, 2):
        wait_for('%d outputs' % done, lambda: len(outputs(client, bucket)) >= done)
        before.update(outputs(client, bucket))
        assert status(client, name) == 'InProgress'
        mortal_emulator.kill()
        mortal_emulator.start(mortal_emulator.note['port'])
    job = ended(client, name)
    assert job['TransformJobStatus'] == 'Completed', job
    after = outputs(client, bucket)
    assert sorted(after) == ['out/%d.out' % i for i in range(4)]
    assert before.items() <= after.items()  # what was done is not done again
    for key, lines in files.items():
        body = client('s3').get_object(Bucket=bucket, Key=key.replace('in/', 'out/') + '.out')['Body'].read()
        assert body.decode() == ''.join(line.upper() + '\n' for line in lines)
    wait_for('nothing left behind', lambda: not mortal_emulator.left_behind(), 20)
    wait_for('no scratch left', lambda: not scratch(mortal_emulator), 20)


def outputs(client, bucket):
    """When each output was written."""
    found = client('s3').list_objects_v2(Bucket=bucket, Prefix='out/').get('Contents', [])
    return {each['Key']: each['LastModified'] for each in found}


def scratch(emulator):
    folder = os.path.join(emulator.data, 'transforms')
    return [name for _, _, names in os.walk(folder) for name in names]


def record_io(content):
    """A record of MXNet's RecordIO, in parts where it holds the magic number on a word's boundary."""
    magic = struct.pack('<I', 0xced7230a)
    parts = content.split(magic)
    written = b''
    for i, part in enumerate(parts):
        flag = 0 if len(parts) == 1 else 1 if i == 0 else 3 if i == len(parts) - 1 else 2
        written += magic + struct.pack('<I', flag << 29 | len(part)) + part + b'\0' * (-len(part) % 4)
    return written


def tf_record(content):
    length = struct.pack('<Q', len(content))
    return length + masked_crc(length) + content + masked_crc(content)


def masked_crc(data):
    """CRC-32C, bit by bit, as TensorFlow masks it."""
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    crc ^= 0xffffffff
    return struct.pack('<I', ((crc >> 15 | crc << 17) + 0xa282ead8) & 0xffffffff)


CONTENTS = [b'first', b'', b'12345678' + struct.pack('<I', 0xced7230a) + b'the magic number', bytes(range(11, 256)) * 20]


@pytest.mark.parametrize('split, framed', [('RecordIO', record_io), ('TFRecord', tf_record)])
def test_a_file_of_records_goes_through_a_whole_job(client, bucket, name, image, split, framed):
    whole = b''.join(map(framed, CONTENTS))
    client('s3').put_object(Bucket=bucket, Key='in/records', Body=whole)
    light_model.create(client, name, image)
    source = {'DataSource': {'S3DataSource': {'S3DataType': 'S3Prefix', 'S3Uri': 's3://%s/in/' % bucket}},
              'SplitType': split}
    for strategy, assembled in (('MultiRecord', 'None'), ('SingleRecord', 'Line')):
        job = '%s-%s' % (name, strategy)
        create(client, bucket, name, TransformJobName=job, TransformInput=source, BatchStrategy=strategy,
               TransformOutput={'S3OutputPath': 's3://%s/%s' % (bucket, strategy), 'AssembleWith': assembled})
        assert ended(client, job)['TransformJobStatus'] == 'Completed'
        body = client('s3').get_object(Bucket=bucket, Key=strategy + '/records.out')['Body'].read()
        if strategy == 'MultiRecord':
            assert body == whole  # the model gets them as they are in the file
        else:
            assert body == b''.join(content + b'\n' for content in CONTENTS)  # each alone, unwrapped
