"""Serving as the entry point does it, with real MXNet."""
import json
import os
import shutil
import signal
import subprocess
import tempfile

import pytest
from conftest import wait_for
from test_training import MODULE

GLUON = '''
import os
import mxnet as mx

def model_fn(model_dir):
    net = mx.gluon.nn.Dense(1, in_units=2)
    net.initialize(mx.init.One())
    return net
'''


TRAINED = []


@pytest.fixture
def regression(train):
    """A saved Module that has learnt x + 2 y: trained once, and put back into place for every test."""
    if not TRAINED:
        code, output = train(MODULE)
        assert code == 0, output
        TRAINED.append(tempfile.mkdtemp())
        shutil.copytree('/opt/ml/model', TRAINED[0] + '/model', symlinks=True)
    shutil.rmtree('/opt/ml/model', ignore_errors=True)
    shutil.copytree(TRAINED[0] + '/model', '/opt/ml/model', symlinks=True)


def test_a_saved_module_answers_json_and_csv(regression, serve):
    endpoint = serve()
    answer = endpoint.ask('[[1, 2]]')
    assert answer.status_code == 200
    assert answer.json()[0][0] == pytest.approx(5, abs=0.1)
    answer = endpoint.ask('1,2\n0,0\n2,1\n', 'text/csv', 'text/csv')
    assert answer.headers['Content-Type'].startswith('text/csv')
    assert [float(line) for line in answer.text.split()] == pytest.approx([5, 0, 4], abs=0.1)


def test_rows_are_filled_up_and_split_to_the_models_batch(regression, serve):
    endpoint = serve(SAGEMAKER_DEFAULT_MODEL_FIRST_DIMENSION_SIZE='4')
    for rows in (1, 4, 7):
        answer = endpoint.ask(json.dumps([[1, 2]] * rows)).json()
        assert [row[0] for row in answer] == pytest.approx([5] * rows, abs=0.1)


def test_types_it_does_not_know_are_415_and_406(regression, serve):
    endpoint = serve()
    assert endpoint.ask('x', 'image/png').status_code == 415
    assert endpoint.ask('[[1, 2]]', accept='image/png').status_code == 406
    assert endpoint.ask('[[1, 2]]', 'application/json; charset=utf-8').status_code == 200


def test_input_of_a_wrong_shape_is_an_error_that_is_logged(regression, serve):
    endpoint = serve()
    assert endpoint.ask('[[1, 2, 3]]').status_code == 500
    wait_for('the reason', lambda: 'takes rows of shape (2,)' in endpoint.output())
    assert endpoint.ask('[[1, 2]]').status_code == 200


def test_a_body_of_5_mb_is_taken_and_one_byte_more_refused(regression, serve):
    endpoint = serve()
    body = b'1,2\n' * (5 * 1024 * 1024 // 4)
    assert endpoint.ask(body + b'\n', 'text/csv').status_code == 413
    assert endpoint.ask(body, 'image/png').status_code == 415  # it got as far as the handler
    assert endpoint.ask('[[1, 2]]').status_code == 200


def test_a_batch_transform_says_how_long_bodies_may_be(regression, serve):
    endpoint = serve(SAGEMAKER_BATCH='true', SAGEMAKER_MAX_PAYLOAD_IN_MB='7')
    assert endpoint.ask(b'x' * (7 << 20), 'image/png').status_code == 415
    assert endpoint.ask(b'x' * ((7 << 20) + 1), 'image/png').status_code == 413


def test_a_missing_accept_is_json_or_what_the_model_says(regression, serve):
    endpoint = serve(SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT='text/csv')
    assert endpoint.ask('[[1, 2]]', accept=None).headers['Content-Type'].startswith('text/csv')
    assert endpoint.ask('[[1, 2]]', accept='*/*').headers['Content-Type'].startswith('text/csv')
    assert endpoint.ask('[[1, 2]]').headers['Content-Type'] == 'application/json'


PROCESS = '''
import logging, os, time

def model_fn(model_dir):
    return os.environ

def input_fn(data, content_type):
    if data == '"hang"':
        while True:
            pass
    return data

def predict_fn(model, data):
    logging.info('asked for %s', data)
    return '%s %s %s' % (os.getpid(), model['OMP_NUM_THREADS'], model['MXNET_ENGINE_TYPE'])

def output_fn(data, accept):
    return data, accept
'''


def test_there_are_as_many_workers_as_asked_for_and_a_killed_one_is_replaced(opt_ml, serve):
    opt_ml.write('model/empty', '')
    endpoint = serve(PROCESS, SAGEMAKER_MODEL_SERVER_WORKERS='2')
    workers = set()

    def seen(count):
        workers.add(int(endpoint.ask('"x"').text.split()[0]))
        return len(workers) == count
    wait_for('two workers', lambda: seen(2))
    killed = workers.pop()
    os.kill(killed, signal.SIGKILL)
    wait_for('a new worker', lambda: endpoint.ask('"x"').status_code == 200 and seen(2))
    assert killed not in workers
    assert endpoint.ask('"x"').text.split()[1:] == ['1', 'NaiveEngine']


def test_a_request_that_takes_too_long_costs_its_worker(opt_ml, serve):
    opt_ml.write('model/empty', '')
    endpoint = serve(PROCESS, SAGEMAKER_MODEL_SERVER_TIMEOUT='2', SAGEMAKER_CONTAINER_LOG_LEVEL='30')
    assert endpoint.ask('"hang"').status_code == 502
    wait_for('a new worker', lambda: endpoint.ask('"x"').status_code == 200)
    assert 'asked for' not in endpoint.output()  # the log level is a warning's


def test_requirements_are_installed_before_the_script_is_imported(opt_ml, serve):
    opt_ml.write('model/empty', '')
    opt_ml.write('code/extra/setup.py', 'from setuptools import setup\nsetup(name="extra", version="1", py_modules=["extra"])\n')
    opt_ml.write('code/extra/extra.py', 'ANSWER = 42\n')
    opt_ml.write('code/needs.txt', '/opt/ml/code/extra\n')
    endpoint = serve('import extra\n\ndef model_fn(model_dir):\n    return None\n\n'
                     'def transform_fn(model, data, content_type, accept):\n    return str(extra.ANSWER)\n',
                     SAGEMAKER_REQUIREMENTS='needs.txt')
    subprocess.check_call(['pip', 'uninstall', '-q', '-y', 'extra'])
    assert endpoint.ask('"x"').text == '42'


def test_an_error_of_ones_own_function_is_logged_with_its_traceback(opt_ml, serve):
    opt_ml.write('model/empty', '')
    endpoint = serve('def model_fn(model_dir):\n    return None\n\n'
                     'def transform_fn(model, data, content_type, accept):\n    raise KeyError("no such label")\n')
    assert endpoint.ask('"x"').status_code == 500
    wait_for('the reason', lambda: 'no such label' in endpoint.output())
    assert 'in transform_fn' in endpoint.output()


def test_a_gluon_model_of_ones_own_answers(opt_ml, serve):
    opt_ml.write('model/empty', '')
    endpoint = serve(GLUON)
    assert endpoint.ask('[[1, 2], [3, 4]]').json() == [[3.0], [7.0]]
    assert endpoint.ask('1,2\n3,4\n', 'text/csv', 'text/csv').text.split() == ['3.0', '7.0']


@pytest.mark.parametrize('functions', [
    # as the documentation says
    'def input_fn(request_body, request_content_type, model):\n    return request_body\n'
    'def predict_fn(input_object, model):\n    return [input_object, model]\n'
    'def output_fn(prediction, content_type):\n    return "%s %s" % tuple(prediction)\n',
    'def transform_fn(model, data, content_type, accept):\n    return "%s %s" % (data, model), accept\n',
])
def test_ones_own_functions_are_called_in_the_order_they_are_written_for(opt_ml, serve, functions):
    opt_ml.write('model/empty', '')
    answer = serve('def model_fn(model_dir):\n    return "model"\n' + functions).ask('"body"')
    assert answer.status_code == 200
    assert answer.text == '"body" model'


def test_a_model_that_does_not_load_ends_the_server_and_says_why(opt_ml, serve):
    opt_ml.write('model/empty', '')
    endpoint = serve('def model_fn(model_dir):\n    raise ValueError("no such layer")\n', wait=False)
    wait_for('the end', lambda: endpoint.process.poll() is not None)
    assert 'no such layer' in endpoint.output()


def test_sigterm_ends_the_server_at_once(regression, serve):
    endpoint = serve()
    endpoint.process.terminate()
    wait_for('the end', lambda: endpoint.process.poll() is not None, 5)
