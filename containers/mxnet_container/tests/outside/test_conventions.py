"""Which of a script's functions gets what."""
import types

import pytest
from mxnet_container import conventions
from mxnet_container.arguments import accepted


class Defaults(object):
    input = 'input'
    predict = 'predict'


def script(text):
    module = types.ModuleType('script')
    exec(text, module.__dict__)
    return module


def test_a_function_gets_only_what_it_names():
    assert accepted(lambda a, b: None, {'a': 1, 'b': 2, 'c': 3}) == {'a': 1, 'b': 2}
    assert accepted(lambda a, **kwargs: None, {'a': 1, 'c': 3}) == {'a': 1, 'c': 3}
    assert accepted(lambda: None, {'a': 1}) == {}


def test_defaults_serve_a_script_without_functions():
    module = script('')
    assert conventions.input_function(module, Defaults) == 'input'
    assert conventions.predict_function(module, Defaults) == 'predict'


@pytest.mark.parametrize('signature, given', [
    ('request_body, request_content_type, model', ('body', 'type', 'model')),
    ('data, content_type, net', ('body', 'type', 'model')),
    ('a, b, c', ('body', 'type', 'model')),
    ('model, data, content_type', ('model', 'body', 'type')),
    ('m, data, input_content_type', ('model', 'body', 'type')),
    ('my_net, a, b', ('model', 'body', 'type')),
    ('data, content_type', ('body', 'type')),
    ('model, content_type', ('body', 'type')),
])
def test_input_fn_is_called_in_the_order_it_is_written_for(signature, given):
    module = script('def input_fn(%s):\n    return (%s)' % (signature, signature))
    assert conventions.input_function(module, Defaults)('model', 'body', 'type') == given


@pytest.mark.parametrize('signature, given', [
    ('input_object, model', ('body', 'model')),
    ('x, y', ('body', 'model')),
    ('data, net', ('body', 'model')),
    ('module, data', ('model', 'body')),
    ('block, ndarray', ('model', 'body')),
    ('trained_model, x', ('model', 'body')),
])
def test_predict_fn_is_called_in_the_order_it_is_written_for(signature, given):
    module = script('def predict_fn(%s):\n    return (%s)' % (signature, signature))
    assert conventions.predict_function(module, Defaults)('model', 'body') == given
