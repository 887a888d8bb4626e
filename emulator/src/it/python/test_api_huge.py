"""Channels of very many and of very large objects, on an emulator that has little memory.

100,000 objects and 5 GiB take minutes, most of it to put them into the store: `scripts/test huge` does that. 4,000 and
1 GiB are past whatever could be held in 256 MiB, and would show most of the same faults.
"""
import os
import shutil

import api
import pytest
import sdk
from conftest import Emulator, wait_for
from test_api_hosts import DEBIAN, log, prefix_channel

pytestmark = pytest.mark.skipif(sdk.VERSION < (2, 0),
                                reason='no SDK takes part: these requests are made once, beside the newest one')

OBJECTS, LARGE = (100000, 5 << 30) if os.environ.get('SAGELOCAL_TEST_HUGE') else (4000, 1 << 30)
SCRIPT = '''
cd /opt/ml/input/data
find small -type f | wc -l
cat $(find small -type f | head -3) | wc -c
stat -c %s large/large
for epoch in 0 1; do wc -c <pipe_$epoch; done
for epoch in 0 1; do wc -c <pipes_$epoch; done
'''


@pytest.fixture
def small_emulator(tmp_path, monkeypatch):
    """One with 256 MiB of heap, whose store has the objects from the start."""
    bucket = tmp_path / 'init' / 'huge'
    (bucket / 'small').mkdir(parents=True)
    for i in range(OBJECTS):
        (bucket / 'small' / ('%05d' % i)).write_bytes(b'0123456789')
    (bucket / 'large').mkdir()
    with open(str(bucket / 'large' / 'large'), 'wb') as large:
        large.truncate(LARGE)
    monkeypatch.setenv('SAGELOCAL_INIT', str(tmp_path / 'init'))
    one = Emulator(tmp_path / 'data')
    for name, value in one.environment().items():
        monkeypatch.setenv(name, value)
    yield one
    one.stop()
    for folder in ('init', 'data'):
        shutil.rmtree(str(tmp_path / folder))


def test_huge_channels_need_little_memory(small_emulator, client, name):
    channels = [prefix_channel('small', 'huge', 'small/'), prefix_channel('large', 'huge', 'large/'),
                dict(prefix_channel('pipe', 'huge', 'large/'), InputMode='Pipe'),
                dict(prefix_channel('pipes', 'huge', 'small/'), InputMode='Pipe')]
    request = api.training_job(name, 'huge', InputDataConfig=channels)
    request['AlgorithmSpecification'] = {'TrainingImage': DEBIAN, 'TrainingInputMode': 'File',
                                         'ContainerEntrypoint': ['/bin/bash', '-c', SCRIPT.strip().replace('\n', '; ')]}
    sagemaker = client('sagemaker')
    sagemaker.create_training_job(**request)
    status = wait_for('the end', lambda: ended(sagemaker.describe_training_job(TrainingJobName=name)), 300)
    assert status == 'Completed'
    assert log(client, name) == [str(OBJECTS), '30', str(LARGE)] + 2 * [str(LARGE)] + 2 * [str(10 * OBJECTS)]
    with open('/proc/%d/cmdline' % small_emulator.process.pid) as words:
        assert '-Xmx256m' in words.read()
    assert peak_memory(small_emulator.process.pid) < 600 << 20


def ended(job):
    return job['TrainingJobStatus'] if job['TrainingJobStatus'] != 'InProgress' else None


def peak_memory(pid):
    with open('/proc/%d/status' % pid) as status:
        fields = dict(line.split(':', 1) for line in status)
    return int(fields['VmHWM'].split()[0]) << 10
