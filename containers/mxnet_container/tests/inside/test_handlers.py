"""The default request functions."""
import mxnet as mx
import numpy as np
import pytest
from container_support.serving import UnsupportedAcceptTypeError, UnsupportedContentTypeError
from mxnet_container import handlers


def test_csv_and_json_are_decoded():
    assert handlers.decode(b'1,2\n\n3,4\n', 'text/csv').tolist() == [[1, 2], [3, 4]]
    assert handlers.decode(u'[[1, 2.5]]', 'application/json; charset=utf-8').tolist() == [[1, 2.5]]
    with pytest.raises(UnsupportedContentTypeError):
        handlers.decode(b'', 'image/png')


@pytest.mark.parametrize('shape', [(6, 2, 2), (6, 4)])
def test_rows_may_be_flat(shape):
    array = np.arange(24, dtype=np.float32).reshape(shape)
    assert handlers.rows_of(array, (2, 2)).shape == (6, 2, 2)


@pytest.mark.parametrize('shape', [(2, 2), (4,)])
def test_one_row_may_come_alone(shape):
    array = np.arange(4, dtype=np.float32).reshape(shape)
    assert handlers.rows_of(array, (2, 2)).tolist() == [[[0, 1], [2, 3]]]


@pytest.mark.parametrize('array', [np.zeros((1, 3)), np.zeros((0, 2)), np.zeros((2, 3)), np.zeros((2, 2, 2))])
def test_rows_that_do_not_fit_are_refused(array):
    with pytest.raises(ValueError, match='rows of shape'):
        handlers.rows_of(array, (2,))


def test_batches_are_filled_up_with_zeros():
    iterator = handlers.batches(np.ones((3, 2), dtype=np.float32), (2, 2))
    assert iterator.rows == 3
    assert [batch.data[0].asnumpy().tolist() for batch in iterator] == [[[1, 1], [1, 1]], [[1, 1], [0, 0]]]


def test_answers_are_encoded():
    array = mx.nd.array([[1, 2], [3, 4]])
    assert handlers.encode(array, 'application/json') == ('[[1.0, 2.0], [3.0, 4.0]]', 'application/json')
    assert handlers.encode([array, array], '*/*')[0] == '[[[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]]'
    csv, kind = handlers.encode(array, 'text/csv')
    assert kind == 'text/csv'
    assert [line.split(',') for line in csv.split()] == [['1.0', '2.0'], ['3.0', '4.0']]
    with pytest.raises(UnsupportedAcceptTypeError):
        handlers.encode(array, 'image/png')


def test_a_module_predicts_an_array_of_ones_own_input_fn():
    net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=1, no_bias=True, name='sum')
    module = mx.mod.Module(net, label_names=None)
    module.bind(for_training=False, data_shapes=[('data', (2, 2))])
    module.init_params(mx.init.One())
    for data in (mx.nd.array([[1, 2], [3, 4], [5, 6]]), np.array([[1, 2], [3, 4], [5, 6]])):
        assert handlers.ModuleHandlers().predict(module, data).asnumpy().tolist() == [[3], [7], [11]]


def test_a_gluon_block_predicts_an_iterator_of_ones_own_input_fn():
    net = mx.gluon.nn.Dense(1, in_units=2, use_bias=False)
    net.initialize(mx.init.One())
    iterator = mx.io.NDArrayIter(np.array([[1, 2], [3, 4], [5, 6]], dtype=np.float32), batch_size=2)
    assert handlers.GluonHandlers().predict(net, iterator).asnumpy().tolist() == [[3], [7], [11]]
