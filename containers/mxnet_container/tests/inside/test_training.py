"""Training as the entry point does it, with real MXNet."""
import json
import os
import signal
import subprocess

import pytest
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
    assert opt_ml.files('model') == ['model-0000.params', 'model-shapes.json', 'model-symbol.json', 'model.params',
                                     'modle.params']
    assert os.readlink('/opt/ml/model/model.params') == 'model-0000.params'
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


@pytest.mark.parametrize('end, code', [('raise IOError("no number")', 1), ('raise IOError(7, "a number")', 7),
                                       ('import sys; sys.exit(3)', 1), ('import sys; sys.exit(0)', 0)])
def test_no_failure_ends_as_if_nothing_had_happened(train, opt_ml, end, code):
    assert train('def train(**kwargs):\n    %s\n' % end)[0] == code
    assert ('failure' if code else 'success') in opt_ml.files('output')
    if 'exit(3)' in end:
        assert 'the script ended itself with sys.exit(3)' in opt_ml.read('output/failure')


def test_the_log_level_is_the_jobs(train):
    script = 'import logging\n\ndef train(**kwargs):\n    logging.info("told")\n'
    assert 'told' in train(script)[1]
    assert 'told' not in train(script, sagemaker_container_log_level=30)[1]


def test_requirements_are_installed_before_the_script_is_imported(train, opt_ml):
    opt_ml.write('code/extra/setup.py', 'from setuptools import setup\nsetup(name="extra", version="1", py_modules=["extra"])\n')
    opt_ml.write('code/extra/extra.py', 'ANSWER = 42\n')
    opt_ml.write('code/requirements.txt', '/opt/ml/code/extra\n')
    code, output = train('from extra import ANSWER\n\ndef train(**kwargs):\n    print("answer", ANSWER)\n',
                         sagemaker_requirements='requirements.txt')
    subprocess.check_call(['pip', 'uninstall', '-q', '-y', 'extra'])
    assert code == 0, output
    assert '42' in output


def test_a_job_that_asks_for_cloudwatch_metrics_trains(train):
    code, output = train('def train(**kwargs):\n    pass\n', sagemaker_enable_cloudwatch_metrics=True)
    assert code == 0, output


def test_one_host_has_a_kvstore_of_its_own_which_ends_with_it(train, opt_ml):
    code, output = train('''
import os
import mxnet as mx

def train(**kwargs):
    print({k: v for k, v in os.environ.items() if k.startswith('DMLC')})
    kv = mx.kv.create('dist_sync')
    kv.init('sum', mx.nd.zeros((2,)))
    kv.push('sum', mx.nd.array([1, 2]))
    total = mx.nd.zeros((2,))
    kv.pull('sum', out=total)
    print('workers', kv.num_workers, 'total', total.asnumpy().tolist())
''', _ps_port=8123)
    assert code == 0, output
    assert 'total' in output and '[1.0, 2.0]' in output
    assert "'DMLC_PS_ROOT_PORT': '8123'" in output and "'DMLC_ROLE': 'worker'" in output
    wait_for('the end of its processes', lambda: b'import mxnet' not in subprocess.check_output(
        'cat /proc/[0-9]*/cmdline | tr "\\\\0" " " || true', shell=True))


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
