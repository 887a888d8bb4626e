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


def test_a_batch_transform_knows_the_digits(fitted, digits, tmp_path):
    _, images, truth = digits
    for name in ('a', 'b'):
        (tmp_path / (name + '.csv')).write_text(''.join('%s\n' % ','.join(map(str, image)) for image in images[:100]))
    session = fitted.sagemaker_session
    data = session.upload_data(str(tmp_path), key_prefix='batch/' + sdk.job_name(fitted))
    transformer = fitted.transformer(instance_count=2, instance_type='ml.c4.xlarge', strategy='MultiRecord',
                                     assemble_with='Line', accept='text/csv', max_concurrent_transforms=2)
    transformer.transform(data, content_type='text/csv', split_type='Line')
    transformer.wait()
    for name in ('a', 'b'):
        answers = np.loadtxt(sdk.lines(session, '%s/%s.csv.out' % (transformer.output_path, name)), delimiter=',')
        assert answers.shape == (100, 10)
        assert (answers.argmax(axis=1) == truth[:100]).mean() >= 0.95


@pytest.mark.skipif(sdk.VERSION < (1, 42), reason='transform() has no filters before')
def test_a_batch_transform_leaves_out_columns_and_joins_them_with_the_answers(fitted, digits, tmp_path):
    _, images, _ = digits
    (tmp_path / 'digits.csv').write_text(
        ''.join('id%d,%s\n' % (i, ','.join(map(str, image))) for i, image in enumerate(images[:20])))
    session = fitted.sagemaker_session
    data = session.upload_data(str(tmp_path), key_prefix='joined/' + sdk.job_name(fitted))
    transformer = fitted.transformer(instance_count=1, instance_type='ml.c4.xlarge', strategy='SingleRecord',
                                     assemble_with='Line', accept='text/csv', max_concurrent_transforms=4)
    transformer.transform(data, content_type='text/csv', split_type='Line', input_filter='$[1:]',
                          join_source='Input', output_filter='$[0,65:]')
    transformer.wait()
    rows = [line.split(',') for line in sdk.lines(session, transformer.output_path + '/digits.csv.out')]
    assert [row[0] for row in rows] == ['id%d' % i for i in range(20)]
    assert all(len(row) == 11 and abs(sum(map(float, row[1:])) - 1) < 1e-3 for row in rows)


def test_the_log_is_shown(fitted, capsys):
    fitted.sagemaker_session.logs_for_job(sdk.job_name(fitted), wait=False)
    shown = capsys.readouterr().out
    assert 'Validation-accuracy' in shown
    assert shown.count('test accuracy:') == 1


def test_another_program_can_attach_to_the_job(fitted):
    attached = MXNet.attach(sdk.job_name(fitted), sagemaker_session=fitted.sagemaker_session)
    assert attached.model_data == fitted.model_data
    assert attached.hyperparameters()['epochs'] in (15, '15')
