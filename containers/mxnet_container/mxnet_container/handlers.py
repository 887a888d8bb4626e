"""The default input, predict and output functions for Module and Gluon models: JSON and CSV in and out."""
import csv
import io
import json

import mxnet as mx
import numpy as np
from container_support.serving import (UnsupportedAcceptTypeError, UnsupportedContentTypeError,
                                       UnsupportedInputShapeError)

from mxnet_container.media_types import CSV, JSON, first_of, media_type


class ModuleHandlers(object):
    """A module is bound to a number of rows: missing rows are filled up with zeros and dropped from the answer, more
    rows go in several batches.
    """

    def input(self, module, data, content_type):
        if len(module.data_shapes) != 1:
            raise UnsupportedInputShapeError(len(module.data_shapes))
        shape = tuple(module.data_shapes[0].shape)
        return batches(rows_of(decode(data, content_type), shape[1:]), shape)

    def predict(self, module, data):
        if not isinstance(data, mx.io.DataIter):
            # a script's own input_fn may return an array
            shape = tuple(module.data_shapes[0].shape)
            data = batches(rows_of(as_array(data), shape[1:]), shape)
        prediction = module.predict(data)
        rows = getattr(data, 'rows', None)
        if rows is None:
            return prediction
        if isinstance(prediction, list):
            return [output[:rows] for output in prediction]
        return prediction[:rows]

    def output(self, prediction, accept):
        return encode(prediction, accept)


class GluonHandlers(object):
    """A Gluon block takes any number of rows."""

    def input(self, net, data, content_type):
        return mx.nd.array(decode(data, content_type))

    def predict(self, net, data):
        if not isinstance(data, mx.io.DataIter):
            return net(data)
        # what the documentation has an input_fn return
        answers = [answer[:answer.shape[0] - batch.pad] if batch.pad else answer
                   for batch, answer in ((batch, net(batch.data[0])) for batch in data)]
        return answers[0] if len(answers) == 1 else mx.nd.concatenate(answers)

    def output(self, prediction, accept):
        return encode(prediction, accept)


def decode(data, content_type):
    """An array of the numbers in a request's body."""
    kind = media_type(content_type)
    if kind == JSON:
        return decode_json(data)
    if kind == CSV:
        return decode_csv(data)
    raise UnsupportedContentTypeError(content_type)


def encode(prediction, accept):
    """The answer's body and its content type."""
    kind = first_of(accept, (JSON, CSV))
    if kind == JSON:
        return encode_json(prediction), JSON
    if kind == CSV:
        return encode_csv(prediction), CSV
    raise UnsupportedAcceptTypeError(accept)


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


def as_array(data):
    return data.asnumpy() if isinstance(data, mx.nd.NDArray) else np.asarray(data, dtype=np.float32)


def rows_of(array, row_shape):
    """The array as rows of that shape: it may be rows, flat rows (as CSV's are) or one row alone."""
    row_size = int(np.prod(row_shape))
    if array.shape == row_shape or array.shape == (row_size,):
        return array.reshape((1,) + row_shape)
    if array.size and (array.shape[1:] == row_shape or array.shape[1:] == (row_size,)):
        return array.reshape((array.shape[0],) + row_shape)
    raise ValueError('input of shape {} does not fit the model, which takes rows of shape {}'.format(
        array.shape, row_shape))


def batches(array, model_shape):
    """An iterator over the rows, in batches of the model's first dimension; ``rows`` says how many were given."""
    rows = array.shape[0]
    padded_rows = -(-rows // model_shape[0]) * model_shape[0]
    padded = np.zeros((padded_rows,) + model_shape[1:], dtype=np.float32)
    padded[:rows] = array
    iterator = mx.io.NDArrayIter(padded, batch_size=model_shape[0])
    iterator.rows = rows
    return iterator


def as_list(prediction):
    if isinstance(prediction, (list, tuple)):
        return [as_list(output) for output in prediction]
    return prediction.asnumpy().tolist() if hasattr(prediction, 'asnumpy') else np.asarray(prediction).tolist()


def encode_json(prediction):
    return json.dumps(as_list(prediction))


def encode_csv(prediction):
    outputs = prediction if isinstance(prediction, (list, tuple)) else [prediction]
    table = io.BytesIO()
    for output in outputs:
        array = np.asarray(as_list(output))
        np.savetxt(table, array.reshape((array.shape[0], -1)) if array.ndim > 1 else array.reshape((1, -1)),
                   delimiter=',', fmt='%s')
    return table.getvalue().decode('utf-8')
