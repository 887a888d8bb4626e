"""Serving as the entry point does it, with real MXNet."""
import json

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


@pytest.fixture
def regression(train):
    """A saved Module that has learnt x + 2 y."""
    code, output = train(MODULE)
    assert code == 0, output


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


def test_a_gluon_model_of_ones_own_answers(opt_ml, serve):
    opt_ml.write('model/empty', '')
    assert serve(GLUON).ask('[[1, 2], [3, 4]]').json() == [[3.0], [7.0]]


@pytest.mark.parametrize('functions', [
    # as the documentation says
    'def input_fn(request_body, request_content_type, model):\n    return request_body\n'
    'def predict_fn(input_object, model):\n    return [input_object, model]\n'
    'def output_fn(prediction, content_type):\n    return "%s %s" % tuple(prediction)\n',
    # as AWS's images call them
    'def input_fn(model, data, content_type):\n    return data\n'
    'def predict_fn(module, data):\n    return [data, module]\n'
    'def output_fn(data, accept):\n    return "%s %s" % tuple(data), accept\n',
    # as AWS's images call them for Gluon
    'def input_fn(data, content_type):\n    return data\n'
    'def predict_fn(block, data):\n    return [data, block]\n'
    'def output_fn(data, accept):\n    return "%s %s" % tuple(data), accept\n',
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
