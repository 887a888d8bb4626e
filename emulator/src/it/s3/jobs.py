"""TrainingJobs whose hosts run a line of shell, for what they read and write of a store."""
import subprocess
import uuid

import pytest

from conftest import emulators

IMAGE = 'sagelocal/debian:bullseye-slim'


def require_image():
    if subprocess.call(['docker', 'image', 'inspect', IMAGE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        pytest.skip('image %s is not there: run containers/build' % IMAGE)


def train(client, bucket, script, hosts=1, **output):
    """The description of a job that has ended; its channel train is what lies below data/."""
    name = 'job-' + uuid.uuid4().hex[:12]
    sagemaker = client('sagemaker')
    sagemaker.create_training_job(
        TrainingJobName=name, RoleArn='arn:aws:iam::000000000000:role/Role',
        AlgorithmSpecification={'TrainingImage': IMAGE, 'TrainingInputMode': 'File',
                                'ContainerEntrypoint': ['/bin/sh', '-ec', script]},
        InputDataConfig=[{'ChannelName': 'train', 'DataSource': {
            'S3DataSource': {'S3DataType': 'S3Prefix', 'S3Uri': 's3://%s/data/' % bucket}}}],
        OutputDataConfig=dict({'S3OutputPath': 's3://%s/out' % bucket}, **output),
        ResourceConfig={'InstanceType': 'ml.c4.xlarge', 'InstanceCount': hosts, 'VolumeSizeInGB': 1},
        StoppingCondition={'MaxRuntimeInSeconds': 600})
    emulators.wait_for('the end', lambda: sagemaker.describe_training_job(
        TrainingJobName=name)['TrainingJobStatus'] != 'InProgress')
    return sagemaker.describe_training_job(TrainingJobName=name)
