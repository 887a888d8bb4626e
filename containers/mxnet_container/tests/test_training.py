"""Training as the entry point does it, with real MXNet."""
import json
import os
import signal
import subprocess

from conftest import wait_for

MODULE = '''
import mxnet as mx
import numpy as np

def train(**kwargs):
    x = np.random.RandomState(1).uniform(size=(200, 2)).astype('float32')
    data = mx.io.NDArrayIter(x, x.dot([1, 2]), batch_size=10, label_name='lin_label')
    net = mx.sym.LinearRegressionOutput(mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=1),
                                        mx.sym.Variable('lin_label'))
    module = mx.mod.Module(net, label_names=['lin_label'])
    module.fit(data, num_epoch=30, optimizer_params={'learning_rate': 0.5})
    return module
'''


def test_a_module_is_saved_by_default(train, opt_ml):
    code, output = train(MODULE)
    assert code == 0, output
    assert opt_ml.files('model') == ['model-0000.params', 'model-shapes.json', 'model-symbol.json']
    assert json.loads(opt_ml.read('model/model-shapes.json')) == [{'name': 'data', 'shape': [10, 2]}]
    assert opt_ml.read('output/success') == ''
    assert 'Epoch[29]' in output


def test_train_gets_what_it_names(train, opt_ml):
    code, output = train('''
import json, os

def train(hyperparameters, channel_input_dirs, num_cpus, model_dir):
    with open(os.path.join(channel_input_dirs['train'], 'numbers')) as f:
        told = {'numbers': f.read(), 'rate': hyperparameters['rate'], 'cpus': num_cpus > 0}
    with open(os.path.join(model_dir, 'told'), 'w') as f:
        json.dump(told, f)
''', rate=0.5)
    assert code == 0, output
    assert json.loads(opt_ml.read('model/told')) == {'numbers': '1 2 3', 'rate': 0.5, 'cpus': True}


def test_train_with_kwargs_gets_everything(train, opt_ml):
    code, output = train('''
import os

def train(model_dir, **kwargs):
    with open(os.path.join(model_dir, 'names'), 'w') as f:
        f.write(' '.join(sorted(kwargs)))
''')
    assert code == 0, output
    assert opt_ml.read('model/names').split() == [
        'channel_input_dirs', 'current_host', 'hosts', 'hyperparameters', 'input_data_config', 'num_cpus', 'num_gpus',
        'output_data_dir']


def test_ones_own_save_gets_what_train_returned(train, opt_ml):
    code, output = train('''
import os

def train(**kwargs):
    return None

def save(model, model_dir):
    with open(os.path.join(model_dir, 'saved'), 'w') as f:
        f.write(repr(model))
''')
    assert code == 0, output
    assert opt_ml.read('model/saved') == 'None'


def test_the_default_save_refuses_what_it_cannot_save(train, opt_ml):
    code, _ = train('def train(**kwargs):\n    return {"no": "module"}\n')
    assert code == 1
    assert 'define save(model, model_dir)' in opt_ml.read('output/failure')


def test_a_script_without_train_is_named(train, opt_ml):
    code, _ = train('answer = 42\n')
    assert code == 1
    assert 'script.py defines no function named train' in opt_ml.read('output/failure')


def test_an_exception_is_in_the_failure_file_with_its_traceback(train, opt_ml):
    code, output = train('def train(**kwargs):\n    raise ValueError("no such column")\n')
    failure = opt_ml.read('output/failure')
    assert code == 1
    assert 'Traceback' in failure and 'no such column' in failure
    assert 'no such column' in output


def test_a_hyperparameter_that_is_not_json_fails(opt_ml):
    opt_ml.job('def train(**kwargs):\n    pass\n')
    path = 'input/config/hyperparameters.json'
    hyperparameters = dict(json.loads(opt_ml.read(path)), epochs='three')
    opt_ml.write(path, json.dumps(hyperparameters))
    assert subprocess.call(['entry.py', 'train']) == 1
    assert 'Traceback' in opt_ml.read('output/failure')


def test_sigterm_ends_training_and_keeps_the_model_folder(opt_ml):
    opt_ml.job('''
import os, time

def train(model_dir, **kwargs):
    with open(os.path.join(model_dir, 'half'), 'w') as f:
        f.write('done')
    time.sleep(600)
''')
    process = subprocess.Popen(['entry.py', 'train'])
    wait_for('the half', lambda: os.path.exists('/opt/ml/model/half'))
    process.send_signal(signal.SIGTERM)
    wait_for('the end', lambda: process.poll() is not None, 10)
    assert process.returncode == 143
    assert opt_ml.read('model/half') == 'done'
