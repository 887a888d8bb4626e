"""What users' scripts may define, and what becomes of those that fail."""
import pytest
import sdk


def write(tmp_path, text):
    path = tmp_path / 'script.py'
    path.write_text(text)
    return str(path)


def fit_error(script, tmp_path):
    one = sdk.estimator(script, sdk.session(), py_version='py3')
    with pytest.raises(Exception) as error:
        sdk.fit(one, tmp_path)
    return str(error.value)


def test_a_script_without_train_says_so(emulator, tmp_path):
    assert 'defines no function named train' in fit_error(write(tmp_path, 'answer = 42\n'), tmp_path)


def test_a_script_that_raises_shows_its_traceback(emulator, tmp_path):
    script = write(tmp_path, 'def train(**kwargs):\n    raise RuntimeError("no such column: age")\n')
    error = fit_error(script, tmp_path)
    assert 'no such column: age' in error
    assert 'Traceback' in error


def test_a_model_of_ones_own_is_served_with_ones_own_functions(emulator, tmp_path):
    script = write(tmp_path, '''
import json, os

def train(hyperparameters, **kwargs):
    return hyperparameters['factor']

def save(model, model_dir):
    with open(os.path.join(model_dir, 'factor'), 'w') as f:
        f.write(str(model))

def model_fn(model_dir):
    with open(os.path.join(model_dir, 'factor')) as f:
        return int(f.read())

def transform_fn(model, data, content_type, accept):
    return json.dumps([model * value for value in json.loads(data)]), accept
''')
    session = sdk.session()
    trained = sdk.estimator(script, session, py_version='py3', hyperparameters={'factor': 3})
    sdk.fit(trained, tmp_path)
    predictor = sdk.model(trained.model_data, script, session, 'py3').deploy(
        initial_instance_count=1, instance_type='ml.c4.xlarge')
    try:
        assert list(predictor.predict([1, 2, 3])) == [3, 6, 9]
    finally:
        predictor.delete_endpoint()
