"""Scripts in the form of the releases before 1.3, mostly out of the SageMaker documentation."""

# all eight arguments that the documentation lists, and a linear regression for the default save
REGRESSION = '''
import json
import os
import mxnet as mx
import numpy as np


def train(hyperparameters, input_data_config, channel_input_dirs, output_data_dir,
          num_gpus, num_cpus, hosts, current_host):
    given = dict(locals())
    with open(os.path.join(channel_input_dirs['training'], 'data.csv')) as data:
        given['data'] = data.read()
    with open(os.path.join(output_data_dir, 'given.json'), 'w') as out:
        json.dump(given, out)
    ctx = mx.cpu() if not num_gpus else [mx.gpu(i) for i in range(num_gpus)]
    mx.random.seed(3)
    np.random.seed(3)
    x = np.random.uniform(size=(200, 2)).astype('float32')
    data = mx.io.NDArrayIter(x, x.dot([1, 2]), batch_size=10, label_name='lin_label')
    sym = mx.sym.LinearRegressionOutput(mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=1),
                                        mx.sym.Variable('lin_label'))
    mod = mx.mod.Module(symbol=sym, context=ctx, label_names=['lin_label'])
    mod.fit(data, num_epoch=30, optimizer_params={'learning_rate': 0.5})
    return mod
'''

# the documentation's input_fn with its slips mended: a bytes buffer, the names, and the reshaped array kept
PICKLED_NUMPY = '''
import io
import mxnet as mx
import numpy as np


def input_fn(request_body, request_content_type, model):
    """An input_fn that loads a pickled numpy array"""
    if request_content_type == 'application/python-pickle':
        array = np.load(io.BytesIO(request_body), allow_pickle=True)
        array = array.reshape(model.data_shapes[0][1])
        return mx.io.NDArrayIter(mx.nd.array(array))
    else:
        raise ValueError('no ' + request_content_type + ' here')
'''

GLUON = '''
import mxnet as mx

from shapes.layers import HIDDEN


def net():
    block = mx.gluon.nn.Sequential()
    with block.name_scope():
        block.add(mx.gluon.nn.Dense(HIDDEN, in_units=2, use_bias=False))
        block.add(mx.gluon.nn.Dense(1, in_units=HIDDEN, use_bias=False))
    return block


def train(num_gpus, channel_input_dirs, **kwargs):
    block = net()
    block.initialize(mx.init.One(), ctx=mx.cpu())
    return block


def save(model, model_dir):
    model.save_params('%s/model.params' % model_dir)


def model_fn(model_dir):
    """
    Load the gluon model. Called once when hosting service starts.
    """
    block = net()
    block.load_params('%s/model.params' % model_dir, ctx=mx.cpu())
    return block
'''

# a custom save, and the official images' way of writing the request functions
OWN_SAVE = '''
import json
import os


def train(hyperparameters, **kwargs):
    return {'answer': hyperparameters['answer'], 'kwargs': sorted(kwargs)}


def save(model, model_dir):
    with open(os.path.join(model_dir, 'model.json'), 'w') as f:
        json.dump(model, f)


def model_fn(model_dir):
    with open(os.path.join(model_dir, 'model.json')) as f:
        return json.load(f)


def input_fn(data, content_type):
    return json.loads(data)


def predict_fn(model, data):
    return model['answer'] + data


def output_fn(data, accept):
    return json.dumps(data), 'application/json'
'''

# a sum over the hosts, then a module whose optimizer runs on the servers; all hosts end with equal weights
DISTRIBUTED = '''
import json
import os
import mxnet as mx
import numpy as np


def train(hosts, current_host, model_dir, output_data_dir, **kwargs):
    kv = mx.kv.create('dist_sync')
    assert kv.num_workers == len(hosts)
    kv.init('sum', mx.nd.zeros((2,)))
    totals = []
    for round in range(3):
        kv.push('sum', mx.nd.array([kv.rank + 1, 10 * (round + 1)]))
        total = mx.nd.zeros((2,))
        kv.pull('sum', out=total)
        totals.append(total.asnumpy().tolist())

    x = np.random.RandomState(kv.rank).uniform(size=(40, 2)).astype('float32')
    data = mx.io.NDArrayIter(x, x.dot([1, 2]), batch_size=10, label_name='lin_label')
    sym = mx.sym.LinearRegressionOutput(mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=1),
                                        mx.sym.Variable('lin_label'))
    mod = mx.mod.Module(symbol=sym, label_names=['lin_label'])
    mod.fit(data, num_epoch=10, kvstore=kv, optimizer_params={'learning_rate': 0.2})
    weights = {name: value.asnumpy().tolist() for name, value in mod.get_params()[0].items()}
    if not os.path.isdir(output_data_dir):
        os.makedirs(output_data_dir)
    with open(os.path.join(output_data_dir, 'told.json'), 'w') as f:
        json.dump({'totals': totals, 'weights': weights, 'rank': kv.rank, 'env': {
            name: value for name, value in os.environ.items() if name.startswith('DMLC')}}, f)
    return mod
'''

# the last host fails while the others wait for its part of the sum
FAILING = '''
import mxnet as mx


def train(hosts, current_host, **kwargs):
    kv = mx.kv.create('dist_sync')
    kv.init('sum', mx.nd.zeros((2,)))
    if current_host == hosts[-1]:
        raise ValueError('no such column')
    kv.push('sum', mx.nd.ones((2,)))
    total = mx.nd.zeros((2,))
    kv.pull('sum', out=total)
    print(total.asnumpy())
'''
