"""'Working with existing model data and training jobs': each of its lines with real MXNet.

docs/testing.md says which test is which line's.
"""
import json
import shutil
import subprocess

import pytest
import sdk
import sagemaker.predictor
from conftest import wait_for
from sagemaker.mxnet import MXNet, MXNetModel

SCRIPT = '''
import json, os, time

def train(hyperparameters, **kwargs):
    print('factor is %d' % hyperparameters['factor'])
    time.sleep(hyperparameters.get('pause', 0))
    return hyperparameters['factor']

def save(model, model_dir):
    with open(os.path.join(model_dir, 'factor'), 'w') as f:
        f.write(str(model))

def model_fn(model_dir):
    with open(os.path.join(model_dir, 'factor')) as f:
        return int(f.read())

def transform_fn(model, data, content_type, accept):
    return json.dumps([model * value for value in json.loads(data)]), accept
'''

HOSTING = '''
import json, os
import mxnet
import helper

def model_fn(model_dir):
    with open(os.path.join(model_dir, 'my_model', 'factor')) as f:
        return int(f.read())

def transform_fn(model, data, content_type, accept):
    names = ['GREETING', 'SAGEMAKER_CONTAINER_LOG_LEVEL', 'SAGEMAKER_SUBMIT_DIRECTORY']
    told = {name: os.environ.get(name) for name in names}
    told.update(factor=model, helper=helper.WORD, mxnet=mxnet.__version__)
    return json.dumps(told), accept
'''


@pytest.fixture(scope='module')
def session(emulator):
    return sdk.session()


@pytest.fixture(scope='module')
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp('script') / 'script.py'
    path.write_text(SCRIPT)
    return str(path)


@pytest.fixture(scope='module')
def trained(session, script, tmp_path_factory):
    one = sdk.estimator(script, session, py_version='py3', hyperparameters={'factor': 3})
    sdk.fit(one, tmp_path_factory.mktemp('trained'))
    return one


@pytest.fixture
def deployed():
    """Deploys to one instance, and deletes the endpoint in the end."""
    predictors = {}

    def deploy(one, **kwargs):
        predictor = sdk.deploy(one, **kwargs)
        return predictors.setdefault(sdk.endpoint(predictor), predictor)

    yield deploy
    for predictor in predictors.values():
        predictor.delete_endpoint()


def own_tar(session, folder, factor):
    """A local folder as the document packs it and, where there is its command, copies it to S3."""
    (folder / 'my_model').mkdir(parents=True)
    (folder / 'my_model' / 'factor').write_text(str(factor))
    subprocess.check_call(['tar', '-czf', 'model.tar.gz', 'my_model'], cwd=str(folder))
    if not shutil.which('aws'):
        return session.upload_data(str(folder / 'model.tar.gz'), key_prefix='my-path-%d' % factor)
    uri = 's3://%s/my-path-%d/model.tar.gz' % (session.default_bucket(), factor)
    subprocess.check_call(['aws', 's3', 'cp', '--quiet', 'model.tar.gz', uri], cwd=str(folder))
    return uri


def hosting_code(folder):
    source = folder / 'source'
    source.mkdir()
    (source / 'hosting.py').write_text(HOSTING)
    (source / 'helper.py').write_text('WORD = "helped"\n')
    return str(source)


def code_bucket(session, folder):
    bucket = 'code-%s' % abs(hash(str(folder)))
    session.boto_session.client('s3').create_bucket(Bucket=bucket)
    return bucket


def model(data, source, session, **kwargs):
    request = dict(role=sdk.ROLE, framework_version='1.2.1', py_version='py3', sagemaker_session=session)
    request.update(kwargs)
    return MXNetModel(data, entry_point='hosting.py', source_dir=source, **request)


class Predictor(sagemaker.predictor.Predictor if sdk.VERSION >= (2, 0) else sagemaker.predictor.RealTimePredictor):
    """JSON as text, both ways."""

    def __init__(self, endpoint, sagemaker_session):
        if sdk.VERSION >= (2, 0):
            from sagemaker.deserializers import BytesDeserializer
            from sagemaker.serializers import IdentitySerializer
            kwargs = {'serializer': IdentitySerializer('application/json'),
                      'deserializer': BytesDeserializer('application/json')}
        else:
            kwargs = {'content_type': 'application/json', 'accept': 'application/json'}
        super(Predictor, self).__init__(endpoint, sagemaker_session, **kwargs)


def test_an_attached_estimator_is_deployed(trained, session, deployed):
    attached = MXNet.attach(sdk.job_name(trained), sagemaker_session=session)
    assert list(deployed(attached).predict([1, 2])) == [3, 6]


def test_attach_waits_for_a_job_in_progress_and_shows_its_log(session, script, tmp_path, capsys):
    one = sdk.estimator(script, session, py_version='py3', hyperparameters={'factor': 7, 'pause': 2})
    sdk.fit(one, tmp_path, wait=False)
    attached = MXNet.attach(sdk.job_name(one), sagemaker_session=session)
    shown = capsys.readouterr().out
    assert ('factor is 7' if sdk.VERSION < (2, 0) else 'Completed - ') in shown  # SDK 2 waits without the log
    assert attached.model_data.endswith('model.tar.gz')


def test_a_model_of_ones_own_tar_gets_every_argument(session, tmp_path, deployed):
    code = code_bucket(session, tmp_path)
    one = model(own_tar(session, tmp_path, 5), hosting_code(tmp_path), session, name=code + '-model',
                predictor_cls=Predictor, env={'GREETING': 'hello'}, container_log_level=10,
                code_location='s3://%s/here' % code)
    predictor = deployed(one)
    assert isinstance(predictor, Predictor)
    assert one.name == code + '-model'
    told = json.loads(predictor.predict('[]').decode())
    assert told['factor'] == 5
    assert told['helper'] == 'helped'
    assert told['mxnet'].startswith('1.2.1')
    assert told['GREETING'] == 'hello'
    assert told['SAGEMAKER_CONTAINER_LOG_LEVEL'] == '10'
    assert told['SAGEMAKER_SUBMIT_DIRECTORY'].startswith('s3://%s/here' % code)


def test_an_image_may_be_named(session, tmp_path, deployed):
    image = {'image_uri' if sdk.VERSION >= (2, 0) else 'image': 'sagelocal/mxnet:1.2.1-cpu-py3'}
    one = model(own_tar(session, tmp_path, 6), hosting_code(tmp_path), session, **image)
    assert deployed(one).predict([0])['factor'] == 6


def test_what_is_not_said_is_chosen_at_each_deploy(session, tmp_path, deployed):
    """A role by its name, no model name, and where the SDK asks nobody but the emulator no session."""
    own = session if sdk.VERSION >= (1, 42) else None
    one = model(own_tar(session, tmp_path, 8), hosting_code(tmp_path), own, role='SageMakerRole')
    for _ in range(2):
        predictor = deployed(one, endpoint_name='own-%s' % abs(hash(str(tmp_path))) if one.name else None)
        assert predictor.predict([0])['factor'] == 8
    client = session.sagemaker_client
    config = client.describe_endpoint(EndpointName=sdk.endpoint(predictor))['EndpointConfigName']
    variant = client.describe_endpoint_config(EndpointConfigName=config)['ProductionVariants'][0]
    described = client.describe_model(ModelName=variant['ModelName'])
    assert described['ExecutionRoleArn'].endswith('role/SageMakerRole')


@pytest.mark.skipif(sdk.VERSION < (1, 42), reason='this SDK uploads code and leaves the data as it is')
def test_new_images_get_data_that_is_packed_anew_with_its_code(session, tmp_path, deployed):
    code = code_bucket(session, tmp_path)
    release = {'framework_version': '1.9.0', 'py_version': 'py38'} if sdk.VERSION >= (2, 0) else {
        'framework_version': '1.6.0'}
    one = model(own_tar(session, tmp_path, 9), hosting_code(tmp_path), session, env={'GREETING': 'hello'},
                code_location='s3://%s/here' % code, **release)
    told = deployed(one).predict([0])
    assert (told['factor'], told['helper'], told['GREETING']) == (9, 'helped', 'hello')
    assert one.repacked_model_data.startswith('s3://%s/here' % code)


@pytest.mark.skipif(not (1, 42) <= sdk.VERSION < (2, 0), reason='only these SDKs have deploy(update_endpoint=True); '
                                                                'test_sdk_update.py has what newer ones have')
def test_another_model_takes_the_endpoint_over_and_the_first_is_deleted(session, tmp_path, deployed):
    source = hosting_code(tmp_path)
    first = model(own_tar(session, tmp_path / 'a', 1), source, session)
    predictor = deployed(first)
    second = model(own_tar(session, tmp_path / 'b', 2), source, session)
    deployed(second, endpoint_name=sdk.endpoint(predictor), update_endpoint=True)
    wait_for('the second model answers', lambda: predictor.predict([])['factor'] == 2)
    first.delete_model()
    sagemaker_client = session.sagemaker_client
    assert first.name not in [one['ModelName'] for one in sagemaker_client.list_models(MaxResults=100)['Models']]
    second.delete_model()
    assert predictor.predict([])['factor'] == 2
