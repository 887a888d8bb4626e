"""The releases before 1.3: one image trains and serves."""
import io
import json
import time

import legacy_scripts
import numpy as np
import pytest
from conftest import csv_of

RELEASES = ['0.12.1', '1.0.0', '1.1.0', '1.2.1']
PYTHONS = ['py2', 'py3']
HOSTS = ('algo-1', 'algo-2')
DEFAULT_FILES = ('model-symbol.json', 'model-0000.params', 'model-shapes.json')

GLUON_FILES = {'script.py': legacy_scripts.GLUON, 'shapes/__init__.py': '', 'shapes/layers.py': 'HIDDEN = 3\n'}


def image_of(release, python):
    return 'sagelocal/mxnet:%s-cpu-%s' % (release, python)


# what needs every image
every_image = pytest.mark.parametrize('image', [image_of(release, python) for release in RELEASES for python in PYTHONS])
# what depends on the library and the Python alone
both_pythons = pytest.mark.parametrize('image', [image_of('1.2.1', python) for python in PYTHONS])


@every_image
def test_the_documents_train_gets_its_eight_arguments_and_its_module_is_saved_and_served(workbench, image):
    folder = workbench.folder().job(legacy_scripts.REGRESSION, channels={'training': 'some data'},
                                    hyperparameters={'epochs': 3})
    code, log = workbench.train(image, folder)
    assert code == 0, log
    assert folder.has('output/success')
    given = json.loads(folder.read('output/data/given.json'))
    assert sorted(given) == ['channel_input_dirs', 'current_host', 'data', 'hosts', 'hyperparameters',
                             'input_data_config', 'num_cpus', 'num_gpus', 'output_data_dir']
    assert given['data'] == 'some data'
    assert given['hosts'] == ['algo-1'] and given['current_host'] == 'algo-1'
    assert given['hyperparameters']['epochs'] == 3 and given['hyperparameters']['sagemaker_region'] == 'us-west-2'
    assert given['input_data_config']['training']['TrainingInputMode'] == 'File'
    assert given['num_gpus'] == 0 and given['num_cpus'] > 0
    assert all(folder.has('model/' + name) for name in DEFAULT_FILES)
    assert json.loads(folder.read('model/model-shapes.json')) == [{'name': 'data', 'shape': [10, 2]}]

    endpoint = workbench.serve(image, folder)
    assert endpoint.answer('[[1, 2]]').json()[0] == pytest.approx([5], abs=0.05)
    csv = endpoint.answer('1,2\n2,1\n', 'text/csv', 'text/csv')
    assert [float(line) for line in csv.text.split()] == pytest.approx([5, 4], abs=0.05)
    assert endpoint.ask('x', 'image/png').status_code == 415
    assert endpoint.ask('[[1, 2]]', accept='image/png').status_code == 406
    assert endpoint.ask(b' ' * (5 * 1024 * 1024 + 1)).status_code == 413
    assert endpoint.ask(b' ' * (5 * 1024 * 1024 - 8) + b'[[1, 2]]').status_code == 200


@pytest.mark.parametrize('release', RELEASES)
def test_digits_are_learnt_and_known_alike_on_both_pythons(workbench, digits, digits_script, release):
    answers = {}
    for python in PYTHONS:
        folder = workbench.folder().job(digits_script, channels=digits.channels)
        code, log = workbench.train(image_of(release, python), folder)
        assert code == 0, log
        endpoint = workbench.serve(image_of(release, python), folder, {
            'SAGEMAKER_DEFAULT_MODEL_FIRST_DIMENSION_SIZE': '32'})
        answers[python] = np.array(endpoint.answer(json.dumps(digits.images.tolist())).json())
        digits.assert_known(answers[python])
        csv = endpoint.answer(csv_of(digits.images), 'text/csv', 'text/csv').text
        assert np.loadtxt(io.StringIO(csv), delimiter=',') == pytest.approx(answers[python], abs=1e-5)
    assert answers['py2'] == pytest.approx(answers['py3'], abs=1e-4)


@every_image
def test_two_hosts_sum_and_train_together(workbench, image):
    network = workbench.network()
    folders = {host: workbench.folder().job(legacy_scripts.DISTRIBUTED, hosts=HOSTS, host=host) for host in HOSTS}
    running = [workbench.start(image, ['train'], folders[host].path, network=network, name=host) for host in HOSTS]
    for container in running:
        assert container.wait() == 0, container.log()
    told = [json.loads(folders[host].read('output/data/%s/told.json' % host)) for host in HOSTS]
    assert [one['totals'] for one in told] == [[[3, 20], [3, 40], [3, 60]]] * 2
    assert sorted(one['rank'] for one in told) == [0, 1]
    for name, values in told[0]['weights'].items():
        assert np.array(told[1]['weights'][name]) == pytest.approx(np.array(values), abs=1e-6)
    for one in told:
        assert one['env']['DMLC_ROLE'] == 'worker'
        assert one['env']['DMLC_NUM_WORKER'] == one['env']['DMLC_NUM_SERVER'] == '2'
        assert one['env']['DMLC_PS_ROOT_PORT'] == '8000'
    assert told[0]['env']['DMLC_PS_ROOT_URI'] == told[1]['env']['DMLC_PS_ROOT_URI'] == told[0]['env']['DMLC_NODE_HOST']
    # the default save is the first host's
    assert all(folders['algo-1'].has('model/' + name) for name in DEFAULT_FILES)
    assert not folders['algo-2'].has('model/model-symbol.json')


@both_pythons
@pytest.mark.parametrize('how', ['an exception', 'kill -9'])
def test_a_host_that_fails_ends_the_others_which_name_it(workbench, image, how):
    script = legacy_scripts.FAILING
    if how == 'kill -9':
        script = script.replace("raise ValueError('no such column')", 'import os; os._exit(137)')
    network = workbench.network()
    folders = {host: workbench.folder().job(script, hosts=HOSTS, host=host) for host in HOSTS}
    first, last = [workbench.start(image, ['train'], folders[host].path, network=network, name=host)
                   for host in HOSTS]
    assert last.wait() == (137 if how == 'kill -9' else 1)
    failed = time.time()
    assert first.wait() == 1, first.log()
    assert time.time() - failed < 10
    reason = 'it went away' if how == 'kill -9' else 'ValueError: no such column'
    assert 'host algo-2 failed: ' + reason in folders['algo-1'].read('output/failure')
    if how == 'an exception':
        assert 'Traceback' in folders['algo-2'].read('output/failure')


@both_pythons
def test_a_script_with_a_syntax_error_fails_with_the_line(workbench, image):
    folder = workbench.folder().job('def train(**kwargs)\n    pass\n')
    code, log = workbench.train(image, folder)
    assert code == 1
    failure = folder.read('output/failure')
    assert 'SyntaxError' in failure and 'script.py' in failure and 'line 1' in failure
    assert 'SyntaxError' in log


@both_pythons
def test_a_gluon_model_with_its_own_save_and_model_fn_and_files_beside_the_script(workbench, image):
    folder = workbench.folder().job(GLUON_FILES)
    code, log = workbench.train(image, folder)
    assert code == 0, log
    endpoint = workbench.serve(image, folder, {'SAGEMAKER_PROGRAM': 'script.py',
                                               'SAGEMAKER_SUBMIT_DIRECTORY': '/opt/ml/code'})
    assert endpoint.answer('[[1, 2], [3, 4]]').json() == [[9], [21]]
    assert endpoint.answer('1,2\n', 'text/csv', 'text/csv').text.strip() == '9.0'


@both_pythons
def test_a_gluon_model_without_save_fails_and_says_what_to_do(workbench, image):
    folder = workbench.folder().job(dict(GLUON_FILES, **{
        'script.py': legacy_scripts.GLUON.replace('def save', 'def store')}))
    assert workbench.train(image, folder)[0] == 1
    failure = folder.read('output/failure')
    assert 'Gluon Sequential' in failure and 'define save(model, model_dir)' in failure


@both_pythons
def test_a_save_of_ones_own_and_the_official_request_functions(workbench, image):
    folder = workbench.folder().job(legacy_scripts.OWN_SAVE, hyperparameters={'answer': 42})
    code, log = workbench.train(image, folder)
    assert code == 0, log
    assert json.loads(folder.read('model/model.json')) == {'answer': 42, 'kwargs': [
        'channel_input_dirs', 'current_host', 'hosts', 'input_data_config', 'model_dir', 'num_cpus', 'num_gpus',
        'output_data_dir']}
    endpoint = workbench.serve(image, folder, {'SAGEMAKER_PROGRAM': 'script.py',
                                               'SAGEMAKER_SUBMIT_DIRECTORY': '/opt/ml/code'})
    assert endpoint.answer('1').json() == 43


@both_pythons
def test_the_documents_input_fn_takes_a_pickled_numpy_array(workbench, image):
    folder = workbench.folder().job(legacy_scripts.REGRESSION + legacy_scripts.PICKLED_NUMPY,
                                    channels={'training': ''})
    code, log = workbench.train(image, folder)
    assert code == 0, log
    endpoint = workbench.serve(image, folder, {'SAGEMAKER_PROGRAM': 'script.py',
                                               'SAGEMAKER_SUBMIT_DIRECTORY': '/opt/ml/code'})
    body = io.BytesIO()
    np.save(body, np.array([1, 2], dtype=np.float32))
    assert endpoint.answer(body.getvalue(), 'application/python-pickle').json()[0] == pytest.approx([5], abs=0.05)
    assert endpoint.ask('[[1, 2]]').status_code == 500
    assert 'no application/json here' in endpoint.log() and 'Traceback' in endpoint.log()
