"""Scripts in the form of the releases from 1.3 on: programs, as the SageMaker documentation shows them."""

# follows fixtures/digits/digits.py, whose train it calls; save is the documentation's
DIGITS_MAIN = '''

def save(model_dir, model):
    model.symbol.save(os.path.join(model_dir, 'model-symbol.json'))
    model.save_params(os.path.join(model_dir, 'model-0000.params'))

    signature = [{'name': data_desc.name, 'shape': [dim for dim in data_desc.shape]}
                 for data_desc in model.data_shapes]
    with open(os.path.join(model_dir, 'model-shapes.json'), 'w') as f:
        json.dump(signature, f)


if __name__ == '__main__':
    import argparse
    import json
    import sys

    import extra

    parser = argparse.ArgumentParser()

    # hyperparameters sent by the client are passed as command-line arguments to the script.
    parser.add_argument('--epochs', type=int, default=10)
    parser.add_argument('--batch-size', type=int, default=100)

    # input data and model directories
    parser.add_argument('--model-dir', type=str, default=os.environ['SM_MODEL_DIR'])
    parser.add_argument('--train', type=str, default=os.environ['SM_CHANNEL_TRAIN'])
    parser.add_argument('--test', type=str, default=os.environ['SM_CHANNEL_TEST'])

    args, _ = parser.parse_known_args()

    with open(os.path.join(os.environ['SM_OUTPUT_DATA_DIR'], 'told.json'), 'w') as f:
        json.dump({'arguments': sys.argv[1:], 'extra': extra.ANSWER, 'environment': {
            name: value for name, value in os.environ.items() if name.startswith('SM_')}}, f)
    model = train({'epochs': args.epochs, 'batch_size': args.batch_size}, {'train': args.train, 'test': args.test}, 0)
    save(args.model_dir, model)
'''

EXTRA_SETUP = 'from setuptools import setup\nsetup(name="extra", version="1", py_modules=["extra"])\n'

DISTRIBUTED = '''
import json
import os
import mxnet as mx

if __name__ == '__main__':
    kv = mx.kv.create('dist_sync')
    kv.init('sum', mx.nd.zeros((2,)))
    kv.push('sum', mx.nd.array([kv.rank + 1, 10]))
    total = mx.nd.zeros((2,))
    kv.pull('sum', out=total)
    with open(os.path.join(os.environ['SM_OUTPUT_DATA_DIR'], os.environ['SM_CURRENT_HOST']), 'w') as f:
        json.dump([total.asnumpy().tolist(), os.environ['DMLC_ROLE'], kv.num_workers], f)
'''

HANDLERS = '''
import json
import mxnet as mx


def model_fn(model_dir):
    net = mx.gluon.nn.Dense(1, in_units=2, use_bias=False)
    net.initialize(mx.init.One())
    return net


def input_fn(data, content_type):
    assert content_type == 'application/x-numbers', content_type
    return mx.nd.array([[float(word) for word in data.decode('utf-8').split()]])


def predict_fn(data, model):
    return model(data)


def output_fn(prediction, accept):
    return json.dumps({'sum': prediction.asnumpy().tolist()[0][0]})
'''
