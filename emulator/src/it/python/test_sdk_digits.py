"""The main job with each line of the SDK, unmodified: fit, deploy, predict on real data."""
import gzip
import os

import numpy as np
import pytest
import sdk
from sagemaker.mxnet import MXNet


@pytest.fixture(scope='module')
def digits(tmp_path_factory):
    """Files of training and test images, and the test images themselves."""
    folder = tmp_path_factory.mktemp('digits')
    with gzip.open(os.path.join(sdk.DIGITS, 'digits.csv.gz')) as packed:
        rows = packed.read().decode().splitlines()
    for name, part in (('test', rows[::5]), ('train', [row for i, row in enumerate(rows) if i % 5])):
        (folder / name).mkdir()
        (folder / name / 'digits.csv').write_text('\n'.join(part) + '\n')
    test = np.array([[float(value) for value in row.split(',')] for row in rows[::5]])
    return folder, test[:, :-1] / 16.0, test[:, -1].astype(int)


@pytest.fixture(scope='module', params=['py2', 'py3'])
def fitted(request, emulator, digits):
    session = sdk.session()
    inputs = {name: session.upload_data(str(digits[0] / name), key_prefix='digits/' + name)
              for name in ('train', 'test')}
    one = sdk.estimator(os.path.join(sdk.DIGITS, 'digits.py'), session, py_version=request.param,
                        hyperparameters={'batch_size': 64, 'epochs': 15})
    one.fit(inputs, wait=True)
    return one


def test_an_endpoint_knows_the_digits(fitted, digits):
    _, images, truth = digits
    predictor = fitted.deploy(initial_instance_count=1, instance_type='ml.c4.xlarge')
    try:
        answers = np.array(predictor.predict(images[:100].tolist()))
        assert answers.shape == (100, 10)
        assert (answers.argmax(axis=1) == truth[:100]).mean() >= 0.95
        one = np.array(predictor.predict(images[0]))
        assert one.argmax() == truth[0]
    finally:
        predictor.delete_endpoint()


def test_the_log_is_shown(fitted, capsys):
    fitted.sagemaker_session.logs_for_job(sdk.job_name(fitted), wait=False)
    shown = capsys.readouterr().out
    assert 'Validation-accuracy' in shown
    assert shown.count('test accuracy:') == 1


def test_another_program_can_attach_to_the_job(fitted):
    attached = MXNet.attach(sdk.job_name(fitted), sagemaker_session=fitted.sagemaker_session)
    assert attached.model_data == fitted.model_data
    assert attached.hyperparameters()['epochs'] in (15, '15')
