"""The same words for every line of the SDK."""
import importlib.metadata
import os

import sagemaker
from conftest import wait_for
from sagemaker.mxnet import MXNet, MXNetModel

VERSION = tuple(int(part) for part in importlib.metadata.version('sagemaker').split('.')[:2])
ROLE = 'arn:aws:iam::000000000000:role/SageMakerRole'
BUCKET = 'sagemaker-us-east-1-000000000000'
DIGITS = os.path.abspath(os.path.join(os.path.dirname(__file__), *['..'] * 4 + ['fixtures', 'digits']))


def session():
    """From 1.42 on default_bucket() asks a hard-coded address of STS; naming the bucket avoids it."""
    if VERSION < (1, 42):
        return sagemaker.Session()
    one = sagemaker.Session(default_bucket=BUCKET)
    s3 = one.boto_session.client('s3')
    if BUCKET not in [bucket['Name'] for bucket in s3.list_buckets()['Buckets']]:
        s3.create_bucket(Bucket=BUCKET)
    return one


def estimator(script, one, instances=1, **kwargs):
    if VERSION >= (2, 0):
        kwargs.update(instance_count=instances, instance_type='ml.c4.xlarge')
    else:
        kwargs.update(train_instance_count=instances, train_instance_type='ml.c4.xlarge')
    kwargs.setdefault('framework_version', '1.2.1')
    return MXNet(script, role=ROLE, sagemaker_session=one, **kwargs)


def channel(data, input_mode='File', **kwargs):
    """An input that says more than where it is; SDKs of 2018 have no words for its mode."""
    if VERSION >= (2, 0):
        from sagemaker.inputs import TrainingInput
        one = TrainingInput(data, **kwargs)
    else:
        one = sagemaker.session.s3_input(data, **kwargs)
    one.config['InputMode'] = input_mode
    return one


def fit(one, folder, wait=True):
    """Fits on a channel of one small file, as old SDKs want a channel."""
    data = folder / 'data'
    data.mkdir()
    (data / 'numbers.csv').write_text('1,2\n')
    one.fit({'train': one.sagemaker_session.upload_data(str(data), key_prefix='numbers')}, wait=wait)


def model(data, script, one, py_version):
    return MXNetModel(data, ROLE, script, framework_version='1.2.1', py_version=py_version, sagemaker_session=one)


def deploy(one, **kwargs):
    """Deploys to one instance. Newer SDKs sleep half a minute before they look, so there the look is from here."""
    if VERSION >= (2, 134):
        kwargs['wait'] = False
    predictor = one.deploy(initial_instance_count=1, instance_type='ml.c4.xlarge', **kwargs)
    wait_for('InService', lambda: status(one.sagemaker_session, endpoint(predictor)) == 'InService')
    return predictor


def endpoint(predictor):
    return predictor.endpoint_name if VERSION >= (2, 0) else predictor.endpoint


def status(one, name):
    return one.sagemaker_client.describe_endpoint(EndpointName=name)['EndpointStatus']


def job_name(fitted):
    return fitted.latest_training_job.name


def lines(one, uri):
    """The lines of an object."""
    bucket, key = uri[len('s3://'):].split('/', 1)
    body = one.boto_session.client('s3').get_object(Bucket=bucket, Key=key)['Body'].read()
    return body.decode().splitlines()
