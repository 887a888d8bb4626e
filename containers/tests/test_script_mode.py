"""The releases from 1.4 on: the script is a program, one image trains and another serves."""
import io
import json

import numpy as np
import pytest
import script_mode_scripts as scripts
from conftest import csv_of, image_names

RELEASES = sorted({name.split(':')[1].split('-')[0] for name in image_names() if 'mxnet-training:' in name})
HOSTS = ('algo-1', 'algo-2')
every_release = pytest.mark.parametrize('release', RELEASES)
# what depends on AWS's packages alone, which are the same in all releases
newest = pytest.mark.parametrize('release', RELEASES[-1:])


def training_image(release):
    return 'sagelocal/mxnet-training:%s-cpu-py3' % release


def serve(workbench, release, folder, script):
    """Serves the model of the folder with that script beside it."""
    folder.write('model/code/script.py', script)
    return workbench.serve('sagelocal/mxnet-inference:%s-cpu-py3' % release, folder, {
        'SAGEMAKER_PROGRAM': 'script.py', 'SAGEMAKER_SUBMIT_DIRECTORY': '/opt/ml/model/code',
        'SAGEMAKER_DEFAULT_MODEL_FIRST_DIMENSION_SIZE': '1'})


@every_release
def test_the_documents_program_learns_digits_which_are_served_as_json_csv_and_npy(workbench, digits, digits_script,
                                                                                  release):
    script = digits_script + scripts.DIGITS_MAIN
    folder = workbench.folder().job(
        {'script.py': script, 'requirements.txt': './package\n', 'package/setup.py': scripts.EXTRA_SETUP,
         'package/extra.py': 'ANSWER = 42\n'},
        channels=digits.channels, hyperparameters={'epochs': 15, 'batch-size': 64})
    code, log = workbench.train(training_image(release), folder)
    assert code == 0, log
    told = json.loads(folder.read('output/data/told.json'))
    arguments = dict(zip(told['arguments'][::2], told['arguments'][1::2]))
    assert arguments == {'--epochs': '15', '--batch-size': '64'}
    assert told['extra'] == 42
    environment = told['environment']
    assert environment['SM_MODEL_DIR'] == '/opt/ml/model'
    assert environment['SM_OUTPUT_DATA_DIR'].rstrip('/') == '/opt/ml/output/data'
    assert json.loads(environment['SM_HOSTS']) == ['algo-1'] and environment['SM_CURRENT_HOST'] == 'algo-1'
    assert environment['SM_NUM_GPUS'] == '0' and int(environment['SM_NUM_CPUS']) > 0
    assert json.loads(environment['SM_HPS']) == {'epochs': 15, 'batch-size': 64}
    assert json.loads(environment['SM_TRAINING_ENV'])['job_name'] == 'job'

    endpoint = serve(workbench, release, folder, script)
    digits.assert_known([endpoint.answer(json.dumps([image.tolist()])).json()[0] for image in digits.images])
    csv = endpoint.answer(csv_of(digits.images[:1]), 'text/csv', 'text/csv').text
    assert np.loadtxt(io.StringIO(csv), delimiter=',').argmax() == digits.truth[0]
    npy = io.BytesIO()
    np.save(npy, digits.images[:1].astype(np.float32))
    answer = endpoint.answer(npy.getvalue(), 'application/x-npy', 'application/x-npy')
    assert np.load(io.BytesIO(answer.content)).argmax() == digits.truth[0]
    assert endpoint.ask('x', 'image/png').status_code >= 400
    assert endpoint.ask('[[1]]', accept='image/png').status_code >= 400


@every_release
def test_the_parameter_server_sums_over_two_hosts(workbench, release):
    network = workbench.network()
    folders = {host: workbench.folder().job(scripts.DISTRIBUTED, hosts=HOSTS, host=host, hyperparameters={
        'sagemaker_parameter_server_enabled': True}) for host in HOSTS}
    running = [workbench.start(training_image(release), ['train'], folders[host].path, network=network, name=host)
               for host in HOSTS]
    for host, container in zip(HOSTS, running):
        assert container.wait() == 0, container.log()
        assert json.loads(folders[host].read('output/data/' + host)) == [[3, 20], 'worker', 2]


@newest
def test_handlers_of_ones_own_answer(workbench, release):
    folder = workbench.folder()
    folder.write('model/empty', '')
    endpoint = serve(workbench, release, folder, scripts.HANDLERS)
    assert endpoint.answer('1 2', 'application/x-numbers').json() == {'sum': 3}


@newest
def test_a_script_with_a_syntax_error_fails_with_the_line(workbench, release):
    folder = workbench.folder().job('def train()\n')
    code, log = workbench.train(training_image(release), folder)
    assert code != 0
    assert 'SyntaxError' in log
    assert 'ExecuteUserScriptError' in folder.read('output/failure')
