"""The third generation of the SageMaker SDK, which has no MXNet of its own, trains with an image and a command."""
import os
import sys
import uuid

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..', 'python'))
from conftest import Emulator  # noqa: E402

IMAGE = 'sagelocal/mxnet-training:1.9.1-cpu-py3'
ROLE = 'arn:aws:iam::000000000000:role/SageMakerRole'
SCRIPT = '''
import argparse, json, os
parser = argparse.ArgumentParser()
parser.add_argument('--factor', type=int)
factor = parser.parse_args().factor
numbers = [int(line) for line in open('/opt/ml/input/data/train/numbers')]
with open(os.path.join(os.environ['SM_MODEL_DIR'], 'sum'), 'w') as out:
    out.write(str(factor * sum(numbers)))
print('the sum is %d' % (factor * sum(numbers)))
'''


@pytest.fixture(scope='module')
def emulator(tmp_path_factory):
    one = Emulator(tmp_path_factory.mktemp('data'))
    os.environ.update(one.environment())
    yield one
    one.stop()


def test_a_model_trainer_trains(emulator, tmp_path):
    from sagemaker.core.helper.session_helper import Session
    from sagemaker.train import ModelTrainer
    from sagemaker.train.configs import Compute, InputData, OutputDataConfig, SourceCode
    (tmp_path / 'source').mkdir()
    (tmp_path / 'source' / 'train.py').write_text(SCRIPT)
    (tmp_path / 'numbers').write_text('1\n2\n3\n')
    bucket = 'bucket-' + uuid.uuid4().hex[:8]
    session = Session(default_bucket=bucket)
    s3 = session.boto_session.client('s3')
    s3.create_bucket(Bucket=bucket)
    s3.upload_file(str(tmp_path / 'numbers'), bucket, 'data/numbers')
    trainer = ModelTrainer(
        training_image=IMAGE, role=ROLE, sagemaker_session=session, base_job_name='trainer',
        source_code=SourceCode(source_dir=str(tmp_path / 'source'), entry_script='train.py'),
        compute=Compute(instance_type='ml.m5.large', instance_count=1), hyperparameters={'factor': 7},
        output_data_config=OutputDataConfig(s3_output_path='s3://%s/out' % bucket))
    trainer.train(input_data_config=[InputData(channel_name='train', data_source='s3://%s/data/' % bucket)])
    job = trainer._latest_training_job
    job.refresh()
    assert job.training_job_status == 'Completed'
    assert job.model_artifacts.s3_model_artifacts.startswith('s3://%s/out/' % bucket)
    client = session.boto_session.client('logs')
    lines = [event['message'] for event in client.filter_log_events(
        logGroupName='/aws/sagemaker/TrainingJobs', logStreamNamePrefix=job.training_job_name)['events']]
    assert 'the sum is 42' in lines
