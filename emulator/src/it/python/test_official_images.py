"""Images of public packages alone, unmodified: what redirects them is in their environment only."""
import json
import os
import shutil
import subprocess

import pytest
import sdk

HERE = os.path.dirname(os.path.abspath(__file__))
PUBLIC_PY2 = 'sagelocal-test/public-container-support:py2'

LEGACY_SCRIPT = '''
import json, os
import boto3, botocore


def train(hyperparameters, model_dir):
    assert botocore.__version__ == '1.10.84', botocore.__version__
    assert 'sagelocal' not in boto3.__file__
    who = boto3.client('sts').get_caller_identity()
    with open(os.path.join(model_dir, 'who'), 'w') as f:
        json.dump({'arn': who['Arn'], 'account': who['Account'], 'factor': hyperparameters['factor']}, f)


def transform(data, content_type, accept):
    who = boto3.client('sts').get_caller_identity()
    with open('/opt/ml/model/who') as f:
        return json.dumps([json.load(f), who['Arn'], json.loads(data)]), accept
'''

SCRIPT_MODE = '''
import argparse, json, os
import mxnet as mx

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--factor', type=float)
    parser.add_argument('--model-dir', default=os.environ['SM_MODEL_DIR'])
    parser.add_argument('--train', default=os.environ['SM_CHANNEL_TRAIN'])
    args = parser.parse_args()
    assert os.listdir(args.train) == ['numbers.csv']
    mx.nd.save(os.path.join(args.model_dir, 'factor'), {'factor': mx.nd.array([args.factor])})


def model_fn(model_dir):
    return mx.nd.load(os.path.join(model_dir, 'factor'))['factor']


def transform_fn(model, data, content_type, accept):
    return json.dumps((mx.nd.array(json.loads(data)) * model).asnumpy().tolist()), accept
'''


@pytest.fixture(scope='module')
def public_py2(tmp_path_factory):
    """Builds the image; pip may need the certificate authority of this network, which the image does not keep."""
    folder = tmp_path_factory.mktemp('image')
    for name in os.listdir(os.path.join(HERE, 'public_py2')):
        shutil.copy(os.path.join(HERE, 'public_py2', name), str(folder))
    (folder / 'ca.pem').write_text('no certificate\n')
    for variable in ('PIP_CERT', 'REQUESTS_CA_BUNDLE', 'SSL_CERT_FILE'):
        if os.path.isfile(os.environ.get(variable, '')):
            shutil.copy(os.environ[variable], str(folder / 'ca.pem'))
            break
    built = subprocess.run(['docker', 'build', '-q', '-t', PUBLIC_PY2, '--build-arg', 'CA_FILE=ca.pem', str(folder)],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert built.returncode == 0, built.stdout.decode()
    return PUBLIC_PY2


def test_container_support_of_2018_trains_and_serves(emulator, public_py2, tmp_path):
    script = tmp_path / 'legacy.py'
    script.write_text(LEGACY_SCRIPT)
    image = {'image_uri' if sdk.VERSION >= (2, 0) else 'image_name': public_py2}
    trained = sdk.estimator(str(script), sdk.session(), py_version='py2', hyperparameters={'factor': 3}, **image)
    sdk.fit(trained, tmp_path)
    predictor = trained.deploy(initial_instance_count=1, instance_type='ml.c4.xlarge')
    try:
        trainer, server, echo = predictor.predict([1, 2])
        role = 'arn:aws:sts::000000000000:assumed-role/SageMakerRole/SageMaker'
        assert trainer == {'arn': role, 'account': '000000000000', 'factor': 3}
        assert server == role
        assert echo == [1, 2]
    finally:
        predictor.delete_endpoint()


@pytest.mark.skipif(sdk.VERSION < (1, 72), reason='script mode images are newer than this SDK')
@pytest.mark.parametrize('release', ['1.4.1', '1.6.0', '1.9.0'])
def test_script_mode_trains_and_serves(emulator, release, tmp_path):
    if release == '1.9.0' and sdk.VERSION < (2, 0):
        pytest.skip('this SDK knows no MXNet 1.9.0')
    if release != '1.9.0' and sdk.VERSION >= (2, 0):
        pytest.skip('a deploy of this SDK sleeps half a minute; one release is enough to prove it')
    script = tmp_path / 'script.py'
    script.write_text(SCRIPT_MODE)
    python = 'py38' if release == '1.9.0' else 'py3'
    trained = sdk.estimator(str(script), sdk.session(), framework_version=release, py_version=python,
                            hyperparameters={'factor': 3})
    sdk.fit(trained, tmp_path)
    predictor = trained.deploy(initial_instance_count=1, instance_type='ml.c4.xlarge')
    try:
        assert json.loads(json.dumps(predictor.predict([1, 2]))) == [3.0, 6.0]
    finally:
        predictor.delete_endpoint()


def test_an_image_that_nobody_has_says_how_to_make_it(emulator, tmp_path):
    script = tmp_path / 'script.py'
    script.write_text('def train(**kwargs):\n    pass\n')
    name = '520713654638.dkr.ecr.us-west-2.amazonaws.com/sagemaker-mxnet:1.3.0-cpu-py3'
    image = {'image_uri' if sdk.VERSION >= (2, 0) else 'image_name': name}
    trained = sdk.estimator(str(script), sdk.session(), py_version='py3', **image)
    with pytest.raises(Exception) as error:
        sdk.fit(trained, tmp_path)
    assert 'No image built here stands in for sagemaker-mxnet 1.3.0 on py3' in str(error.value)
