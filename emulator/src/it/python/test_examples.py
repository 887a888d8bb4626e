"""The examples of the docs for the SageMaker SDK, as a user runs them."""
import os
import subprocess
import sys

import pytest
import sdk

EXAMPLES = os.path.abspath(os.path.join(os.path.dirname(__file__), *['..'] * 4 + ['fixtures', 'examples']))


@pytest.mark.skipif(sdk.VERSION < (2, 0), reason='the example is for the SDK 2.x')
def test_todays_sdk(emulator):
    run = subprocess.run([sys.executable, os.path.join(EXAMPLES, 'today.py')], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, timeout=120)
    assert run.returncode == 0, run.stdout.decode()
    assert b'lines counted: 3' in run.stdout
