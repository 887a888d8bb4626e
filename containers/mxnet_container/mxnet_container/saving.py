"""The default form of a saved Module: what the default ``save`` writes and the default ``model_fn`` reads."""
import json
import os

import mxnet as mx

PREFIX = 'model'
EPOCH = 0
SHAPES_FILE = 'model-shapes.json'
FIRST_DIMENSION_ENV = 'SAGEMAKER_DEFAULT_MODEL_FIRST_DIMENSION_SIZE'


def save_module(module, model_dir):
    """Writes model-symbol.json, model-0000.params and model-shapes.json."""
    if not isinstance(module, mx.mod.BaseModule):
        raise ValueError('the default save takes what the Module API trains, but train returned a {}: define '
                         'save(model, model_dir) in the script'.format(type(module).__name__))
    module.symbol.save(os.path.join(model_dir, PREFIX + '-symbol.json'))
    module.save_params(os.path.join(model_dir, '{}-{:04d}.params'.format(PREFIX, EPOCH)))
    shapes = [{'name': data.name, 'shape': list(data.shape)} for data in module.data_shapes]
    with open(os.path.join(model_dir, SHAPES_FILE), 'w') as shapes_file:
        json.dump(shapes, shapes_file)


def load_module(model_dir):
    """Loads what ``save_module`` wrote, bound for prediction."""
    path = os.path.join(model_dir, SHAPES_FILE)
    if not os.path.exists(path):
        raise ValueError('{} is not there: a model that the default save did not write needs a model_fn in the '
                         'script'.format(path))
    with open(path) as shapes_file:
        shapes = json.load(shapes_file)
    batch = int(os.environ.get(FIRST_DIMENSION_ENV, '1'))
    data_shapes = [(str(data['name']), tuple([batch] + data['shape'][1:])) for data in shapes]
    symbol, arg_params, aux_params = mx.model.load_checkpoint(os.path.join(model_dir, PREFIX), EPOCH)
    module = mx.mod.Module(symbol=symbol, context=context(), label_names=None,
                           data_names=[name for name, _ in data_shapes])
    module.bind(for_training=False, data_shapes=data_shapes)
    module.set_params(arg_params, aux_params, allow_missing=True)
    return module


def context():
    """The first GPU where there is one."""
    import container_support as cs
    return mx.gpu() if cs.ContainerEnvironment._get_available_gpus() else mx.cpu()
