"""The default input, predict and output functions for Module and Gluon models."""
import csv
import io
import json

import mxnet as mx
import numpy as np
from container_support.serving import (CSV_CONTENT_TYPE, JSON_CONTENT_TYPE, UnsupportedAcceptTypeError,
                                       UnsupportedContentTypeError, UnsupportedInputShapeError)


class ModuleHandlers(object):
    """Module models take JSON and CSV.

    A module is bound to a number of rows: missing rows are filled up with zeros and dropped from the answer, more
    rows go in several batches.
    """

    def input(self, module, data, content_type):
        if content_type == JSON_CONTENT_TYPE:
            array = decode_json(data)
        elif content_type == CSV_CONTENT_TYPE:
            array = decode_csv(data)
        else:
            raise UnsupportedContentTypeError(content_type)
        if len(module.data_shapes) != 1:
            raise UnsupportedInputShapeError(len(module.data_shapes))
        return batches(array, tuple(module.data_shapes[0].shape))

    def predict(self, module, batch_iterator):
        prediction = module.predict(batch_iterator)
        rows = getattr(batch_iterator, 'rows', None)
        if rows is None:
            return prediction
        if isinstance(prediction, list):
            return [output[:rows] for output in prediction]
        return prediction[:rows]

    def output(self, prediction, accept):
        if accept == JSON_CONTENT_TYPE:
            return encode_json(prediction), accept
        if accept == CSV_CONTENT_TYPE:
            return encode_csv(prediction), accept
        raise UnsupportedAcceptTypeError(accept)


class GluonHandlers(object):
    """Gluon models take JSON."""

    def input(self, net, data, content_type):
        if content_type != JSON_CONTENT_TYPE:
            raise UnsupportedContentTypeError(content_type)
        return mx.nd.array(decode_json(data))

    def predict(self, net, array):
        return net(array)

    def output(self, prediction, accept):
        if accept != JSON_CONTENT_TYPE:
            raise UnsupportedAcceptTypeError(accept)
        return encode_json(prediction), accept


def text(data):
    return data.decode('utf-8') if isinstance(data, bytes) else data


def decode_json(data):
    return np.array(json.loads(text(data)), dtype=np.float32)


def decode_csv(data):
    rows = [row for row in csv.reader(lines(text(data))) if row]
    return np.array([[float(value) for value in row] for row in rows], dtype=np.float32)


def lines(csv_text):
    """csv of Python 2 wants byte strings."""
    return str(csv_text).splitlines()


def batches(array, model_shape):
    """An iterator over the rows, in batches of the model's first dimension; ``rows`` says how many were given."""
    row_shape = model_shape[1:]
    row_size = int(np.prod(row_shape))
    if array.size == 0 or array.size % row_size:
        raise ValueError('input of shape {} does not fit the model, which takes rows of shape {}'.format(
            array.shape, row_shape))
    rows = array.size // row_size
    padded_rows = -(-rows // model_shape[0]) * model_shape[0]
    padded = np.zeros((padded_rows,) + row_shape, dtype=np.float32)
    padded[:rows] = array.reshape((rows,) + row_shape)
    iterator = mx.io.NDArrayIter(padded, batch_size=model_shape[0])
    iterator.rows = rows
    return iterator


def as_list(prediction):
    if isinstance(prediction, (list, tuple)):
        return [as_list(output) for output in prediction]
    return prediction.asnumpy().tolist()


def encode_json(prediction):
    return json.dumps(as_list(prediction))


def encode_csv(prediction):
    outputs = prediction if isinstance(prediction, (list, tuple)) else [prediction]
    table = io.BytesIO()
    for output in outputs:
        array = output.asnumpy()
        np.savetxt(table, array.reshape((array.shape[0], -1)) if array.ndim > 1 else array.reshape((1, -1)),
                   delimiter=',', fmt='%s')
    return table.getvalue().decode('utf-8')
