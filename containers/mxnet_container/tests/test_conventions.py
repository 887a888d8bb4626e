"""The small pure parts."""
import types

import mxnet as mx
import numpy as np
import pytest
from mxnet_container import conventions, handlers
from mxnet_container.arguments import accepted
from mxnet_container.serving import media_type


def test_a_function_gets_only_what_it_names():
    assert accepted(lambda a, b: None, {'a': 1, 'b': 2, 'c': 3}) == {'a': 1, 'b': 2}
    assert accepted(lambda a, **kwargs: None, {'a': 1, 'c': 3}) == {'a': 1, 'c': 3}


def test_media_types_lose_their_parameters():
    assert media_type('Text/CSV; charset=utf-8') == 'text/csv'


def test_defaults_serve_a_script_without_functions():
    class Defaults(object):
        input = 'input'
        predict = 'predict'

    module = types.ModuleType('empty')
    assert conventions.input_function(module, Defaults) == 'input'
    assert conventions.predict_function(module, Defaults) == 'predict'


def test_csv_and_json_are_decoded():
    assert handlers.decode_csv(b'1,2\n\n3,4\n').tolist() == [[1, 2], [3, 4]]
    assert handlers.decode_json(u'[[1, 2.5]]').tolist() == [[1, 2.5]]


def test_a_flat_list_is_one_row():
    iterator = handlers.batches(np.arange(4, dtype=np.float32), (1, 4))
    assert iterator.rows == 1
    assert iterator.next().data[0].asnumpy().tolist() == [[0, 1, 2, 3]]


@pytest.mark.parametrize('array', [np.zeros((1, 3)), np.zeros((0, 2))])
def test_rows_that_do_not_fit_are_refused(array):
    with pytest.raises(ValueError, match='rows of shape'):
        handlers.batches(array, (1, 2))


def test_answers_are_encoded():
    array = mx.nd.array([[1, 2], [3, 4]])
    assert handlers.encode_json(array) == '[[1.0, 2.0], [3.0, 4.0]]'
    assert handlers.encode_json([array, array]) == '[[[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]]'
    assert [line.split(',') for line in handlers.encode_csv(array).split()] == [['1.0', '2.0'], ['3.0', '4.0']]
