"""A model container of a few kilobytes, for tests that are about the emulator and not about MXNet."""
import pathlib
import subprocess
import uuid

import api
from conftest import wait_for
from test_api_hosts import DEBIAN

SERVE = pathlib.Path(__file__).with_suffix('.pl')


def build(folder):
    """Builds the image and answers its name; whoever builds it removes it."""
    (folder / 'serve').write_text(SERVE.read_text())
    (folder / 'serve').chmod(0o755)
    (folder / 'Dockerfile').write_text('FROM %s\nCOPY serve /usr/local/bin/serve\n' % DEBIAN)
    image = 'sagelocal-test/light-model:' + uuid.uuid4().hex[:8]
    subprocess.check_output(['docker', 'build', '-q', '-t', image, str(folder)], stderr=subprocess.STDOUT)
    return image


def remove(image):
    """Removes it once the last job's containers are gone."""
    used = ['docker', 'ps', '-aq', '--filter', 'ancestor=' + image]
    wait_for('nobody runs ' + image, lambda: not subprocess.check_output(used), 20)
    subprocess.check_call(['docker', 'rmi', image], stdout=subprocess.DEVNULL)


def create(client, name, image, **environment):
    client('sagemaker').create_model(ModelName=name, ExecutionRoleArn=api.ROLE, PrimaryContainer={
        'Image': image, 'Environment': environment})
