"""The default form of a saved Module: what the default ``save`` writes and the default ``model_fn`` reads."""
import json
import os

import mxnet as mx

PREFIX = 'model'
SYMBOL_FILE = 'model-symbol.json'
SHAPES_FILE = 'model-shapes.json'
PARAMS_FILE = 'model-0000.params'
# what the SageMaker documentation calls the parameters' file: meant, and as it is spelt
DOCUMENTED_PARAMS_FILES = ('model.params', 'modle.params')
FIRST_DIMENSION_ENV = 'SAGEMAKER_DEFAULT_MODEL_FIRST_DIMENSION_SIZE'


def save_module(module, model_dir):
    """Writes the symbol, the parameters and the shapes; the parameters' other names are links."""
    if isinstance(module, mx.gluon.Block):
        raise ValueError('train returned a Gluon {}, which the default save cannot save: define '
                         'save(model, model_dir) in the script'.format(type(module).__name__))
    if not isinstance(module, mx.mod.BaseModule):
        raise ValueError('the default save takes what the Module API trains, but train returned a {}: define '
                         'save(model, model_dir) in the script'.format(type(module).__name__))
    module.symbol.save(os.path.join(model_dir, SYMBOL_FILE))
    module.save_params(os.path.join(model_dir, PARAMS_FILE))
    for name in DOCUMENTED_PARAMS_FILES:
        link(PARAMS_FILE, os.path.join(model_dir, name))
    shapes = [{'name': data.name, 'shape': list(data.shape)} for data in module.data_shapes]
    with open(os.path.join(model_dir, SHAPES_FILE), 'w') as shapes_file:
        json.dump(shapes, shapes_file)


def link(target, path):
    if os.path.lexists(path):
        os.remove(path)
    os.symlink(target, path)


def load_module(model_dir):
    """Loads what ``save_module`` wrote, bound for prediction."""
    with open(required(model_dir, SHAPES_FILE)) as shapes_file:
        shapes = json.load(shapes_file)
    batch = first_dimension()
    data_shapes = [(str(data['name']), tuple([batch] + data['shape'][1:])) for data in shapes]
    symbol = mx.sym.load(required(model_dir, SYMBOL_FILE))
    params = mx.nd.load(required(model_dir, PARAMS_FILE, *DOCUMENTED_PARAMS_FILES))
    module = mx.mod.Module(symbol=symbol, context=context(), label_names=None,
                           data_names=[name for name, _ in data_shapes])
    module.bind(for_training=False, data_shapes=data_shapes)
    module.set_params(of_kind('arg', params), of_kind('aux', params), allow_missing=True)
    return module


def required(model_dir, *names):
    """The path of the first of these files that is there."""
    for name in names:
        path = os.path.join(model_dir, name)
        if os.path.exists(path):
            return path
    raise ValueError('{} is not in {}: a model that the default save did not write needs a model_fn in the '
                     'script'.format(names[0], model_dir))


def first_dimension():
    text = os.environ.get(FIRST_DIMENSION_ENV, '1')
    if not text.isdigit() or int(text) < 1:
        raise ValueError('{} must be a whole number from 1 on, but is {!r}'.format(FIRST_DIMENSION_ENV, text))
    return int(text)


def of_kind(kind, params):
    """The arguments (``arg``) or auxiliary states (``aux``) among saved parameters, under their plain names."""
    return {name.split(':', 1)[1]: value for name, value in params.items() if name.startswith(kind + ':')}


def context():
    """The first GPU where there is one."""
    import container_support as cs
    return mx.gpu() if cs.ContainerEnvironment._get_available_gpus() else mx.cpu()
