"""Serves: loads the model and answers requests with the script's functions or the defaults."""
import logging

import container_support as cs

from mxnet_container import conventions, saving
from mxnet_container.handlers import GluonHandlers, ModuleHandlers

logger = logging.getLogger(__name__)


def load_dependencies():
    """Imports MXNet once before the workers start, so that a broken installation shows at once."""
    import mxnet
    logger.info('MXNet %s', mxnet.__version__)


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
        answer = self._transform(data, media_type(content_type), media_type(accept))
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
    import mxnet as mx
    if isinstance(model, mx.mod.BaseModule):
        return ModuleHandlers()
    if isinstance(model, mx.gluon.Block):
        return GluonHandlers()
    return no_defaults(model)


def no_defaults(model):
    """For any other model the script must bring all three functions; each missing one says so when called."""
    def missing(name):
        def fail(*args):
            raise ValueError('model_fn returned a {}, which is neither a Module nor a Gluon Block: define {} (or '
                             'transform_fn) in the script'.format(type(model).__name__, name))
        return fail

    class Missing(object):
        input = staticmethod(missing('input_fn'))
        predict = staticmethod(missing('predict_fn'))
        output = staticmethod(missing('output_fn'))

    return Missing()


def media_type(header):
    """``text/csv; charset=utf-8`` is ``text/csv``."""
    return header.split(';')[0].strip().lower() if header else header
