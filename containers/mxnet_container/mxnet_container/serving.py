"""Answers requests: loads the model and calls the script's functions or the defaults."""
import container_support as cs
import mxnet as mx

from mxnet_container import conventions, saving
from mxnet_container.handlers import GluonHandlers, ModuleHandlers


def transformer(user_module):
    """The object that answers ``/invocations``.

    The model is loaded here, in each worker, before it takes requests: a model that does not load ends the
    container with the traceback in its log.
    """
    env = cs.HostingEnvironment()
    model_fn = getattr(user_module, 'model_fn', saving.load_module)
    model = model_fn(env.model_dir)
    if hasattr(user_module, 'transform_fn'):
        return Transformer(lambda data, content_type, accept: user_module.transform_fn(
            model, data, content_type, accept))
    return Transformer(Pipeline(model, user_module))


class Transformer(object):
    """What container_support asks for: takes body, Content-Type and Accept, gives body and Content-Type."""

    def __init__(self, transform):
        self._transform = transform

    def transform(self, data, content_type, accept):
        answer = self._transform(data, content_type, accept)
        return answer if isinstance(answer, tuple) else (answer, accept)


class Pipeline(object):
    """``input_fn``, then ``predict_fn``, then ``output_fn``."""

    def __init__(self, model, user_module):
        self._model = model
        defaults = handlers_for(model)
        self._input = conventions.input_function(user_module, defaults)
        self._predict = conventions.predict_function(user_module, defaults)
        self._output = getattr(user_module, 'output_fn', defaults.output)

    def __call__(self, data, content_type, accept):
        prediction = self._predict(self._model, self._input(self._model, data, content_type))
        return self._output(prediction, accept)


def handlers_for(model):
    """The default functions for this kind of model."""
    if isinstance(model, mx.mod.BaseModule):
        return ModuleHandlers()
    if isinstance(model, mx.gluon.Block):
        return GluonHandlers()
    return NoHandlers(model)


class NoHandlers(object):
    """For any other model the script must bring all three functions; each missing one says so when called."""

    def __init__(self, model):
        self._kind = type(model).__name__

    def input(self, model, data, content_type):
        self._missing('input_fn')

    def predict(self, model, data):
        self._missing('predict_fn')

    def output(self, prediction, accept):
        self._missing('output_fn')

    def _missing(self, name):
        raise ValueError('model_fn returned a {}, which is neither a Module nor a Gluon Block: define {} (or '
                         'transform_fn) in the script'.format(self._kind, name))
