"""The pytest plugin's session of this line of the SDK, in a run of pytest of its own."""
import os
import subprocess
import sys

from conftest import ROOT

TEST = '''
import sys
sys.path.insert(0, {here!r})
import sdk


def test_a_script_is_trained_in_the_account_of_the_test(sagemaker_session, sagelocal_account, tmp_path):
    assert sagemaker_session.default_bucket() == sagelocal_account.bucket
    script = tmp_path / 'script.py'
    script.write_text('def train(**kwargs):\\n    pass\\n')
    one = sdk.estimator(str(script), sagemaker_session, py_version='py3')
    sdk.fit(one, tmp_path)
    assert one.model_data.startswith('s3://' + sagelocal_account.bucket)
    jobs = sagelocal_account.client('sagemaker').list_training_jobs()['TrainingJobSummaries']
    assert [job['TrainingJobName'] for job in jobs] == [sdk.job_name(one)]
    assert sagelocal_account.id in jobs[0]['TrainingJobArn']
'''


def test_a_sagemaker_session_is_of_the_tests_account(emulator, tmp_path):
    (tmp_path / 'test_it.py').write_text(TEST.format(here=os.path.dirname(os.path.abspath(__file__))))
    environment = {name: value for name, value in os.environ.items() if not name.startswith('AWS_')}
    environment.update(emulator.environment(), SAGELOCAL_ENDPOINT=emulator.endpoint,
                       PYTEST_DISABLE_PLUGIN_AUTOLOAD='1',  # an editable install elsewhere shows here too
                       PYTHONPATH=os.path.join(ROOT, 'fixtures', 'pytest', 'src'))
    done = subprocess.run([sys.executable, '-B', '-m', 'pytest', '-q', '-W', 'ignore', '-p', 'no:cacheprovider',
                           '-p', 'pytest_sagelocal.plugin', str(tmp_path)], env=environment, cwd=str(tmp_path),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()
    assert '1 passed' in done.stdout.decode()
