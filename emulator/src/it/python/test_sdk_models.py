"""'Working with existing model data and training jobs': each of its lines with real MXNet."""
import json
import tarfile

import pytest
import sdk
import sagemaker.predictor
from conftest import wait_for
from sagemaker.mxnet import MXNet, MXNetModel

pytestmark = pytest.mark.skipif(sdk.VERSION >= (2, 134), reason='deploy of this SDK looks after 30 s only; '
                                                                'test_sdk_update.py covers what is its own')

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
    predictors = []

    def deploy(one, **kwargs):
        predictors.append(one.deploy(initial_instance_count=1, instance_type='ml.c4.xlarge', **kwargs))
        return predictors[-1]

    yield deploy
    names = {predictor.endpoint for predictor in predictors}
    for predictor in predictors:
        if predictor.endpoint in names:
            names.remove(predictor.endpoint)
            predictor.delete_endpoint()


def own_tar(session, folder, factor):
    """A local folder as the document packs it: ``tar -czf model.tar.gz my_model``."""
    (folder / 'my_model').mkdir(parents=True)
    (folder / 'my_model' / 'factor').write_text(str(factor))
    with tarfile.open(str(folder / 'model.tar.gz'), 'w:gz') as tar:
        tar.add(str(folder / 'my_model'), arcname='my_model')
    return session.upload_data(str(folder / 'model.tar.gz'), key_prefix='my-path-%d' % factor)


def hosting_code(folder):
    source = folder / 'source'
    source.mkdir()
    (source / 'hosting.py').write_text(HOSTING)
    (source / 'helper.py').write_text('WORD = "helped"\n')
    return str(source)


def model(data, source, session, **kwargs):
    return MXNetModel(data, sdk.ROLE, 'hosting.py', source_dir=source, framework_version='1.2.1', py_version='py3',
                      sagemaker_session=session, **kwargs)


def test_an_attached_estimator_is_deployed(trained, session, deployed):
    attached = MXNet.attach(sdk.job_name(trained), sagemaker_session=session)
    assert list(deployed(attached).predict([1, 2])) == [3, 6]


def test_attach_waits_for_a_job_in_progress_and_shows_its_log(session, script, tmp_path, capsys):
    one = sdk.estimator(script, session, py_version='py3', hyperparameters={'factor': 7, 'pause': 2})
    sdk.fit(one, tmp_path, wait=False)
    attached = MXNet.attach(sdk.job_name(one), sagemaker_session=session)
    assert 'factor is 7' in capsys.readouterr().out
    assert attached.model_data.endswith('model.tar.gz')


def test_a_model_of_ones_own_tar_gets_every_argument(session, tmp_path, deployed):
    code = 'code-%s' % abs(hash(str(tmp_path)))
    session.boto_session.client('s3').create_bucket(Bucket=code)

    class Predictor(sagemaker.predictor.RealTimePredictor):
        def __init__(self, endpoint, sagemaker_session):
            super(Predictor, self).__init__(endpoint, sagemaker_session, content_type='application/json',
                                            accept='application/json')

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
    one = model(own_tar(session, tmp_path, 6), hosting_code(tmp_path), session, image='sagelocal/mxnet:1.2.1-cpu-py3')
    assert deployed(one).predict([0])['factor'] == 6


@pytest.mark.skipif(sdk.VERSION < (1, 42), reason='this SDK has neither update_endpoint nor delete_model')
def test_another_model_takes_the_endpoint_over_and_the_first_is_deleted(session, tmp_path, deployed):
    source = hosting_code(tmp_path)
    first = model(own_tar(session, tmp_path / 'a', 1), source, session)
    predictor = deployed(first)
    second = model(own_tar(session, tmp_path / 'b', 2), source, session)
    deployed(second, endpoint_name=predictor.endpoint, update_endpoint=True)
    wait_for('the second model answers', lambda: predictor.predict([])['factor'] == 2)
    first.delete_model()
    sagemaker_client = session.sagemaker_client
    assert first.name not in [one['ModelName'] for one in sagemaker_client.list_models(MaxResults=100)['Models']]
    second.delete_model()
    assert predictor.predict([])['factor'] == 2
