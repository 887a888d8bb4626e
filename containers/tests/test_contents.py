"""What is in every image, and what no build may leave there."""
import json
import os
import re
import uuid

import pytest
from conftest import image_names
from engine import LABEL, docker

# public certificates, and those that packages bring for their own tests
EXPECTED_CERTIFICATES = re.compile(
    r'/etc/ssl/certs/|/usr/share/ca-certificates/mozilla/|/certifi/cacert\.pem$|/botocore/cacert\.pem$|'
    r'/gevent/tests/|/future/backports/test/|/usr/share/doc/|/etc/ssl/certs/java/')
NUMPY = {'0.12.1': '1.13.3', '1.0.0': '1.13.3', '1.1.0': '1.13.3', '1.2.1': '1.14.5'}


@pytest.fixture(params=image_names())
def image(request):
    return request.param


@pytest.fixture
def contents(image):
    name = 'sagelocal-containers-test-' + uuid.uuid4().hex[:8]
    with open(os.path.join(os.path.dirname(__file__), 'contents.py')) as script:
        try:
            output = docker('run', '-i', '--name', name, '--label', LABEL, '--entrypoint', 'python', image, '-W',
                            'ignore', '-', stdin=script)
        finally:
            docker('rm', '-f', '-v', name)
    return json.loads(output.splitlines()[-1])


def test_an_image_holds_its_release_and_nothing_of_its_build(image, contents):
    release, python = re.search(r':([\d.]+)-cpu-(py\d)$', image).groups()
    assert contents['mxnet'] == release
    assert contents['python'] == {'py2': '2.7', 'py3': '3.9'}[python]
    assert contents['numpy'] == (NUMPY[release] if python == 'py2' else '1.23.5')
    assert contents['sum'] == 6
    assert contents['pip'] == 0

    assert contents['compilers'] == []
    assert contents['left'] == []
    assert [path for path in contents['certificates'] if not EXPECTED_CERTIFICATES.search(path)] == []
    assert contents['own certificate authorities'] == []
    assert contents['certificate variables'] == []
    assert {folder: files for folder, files in contents['folders'].items() if files} == {}
