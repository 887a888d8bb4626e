"""Puts libgfortran.so.3 into a folder.

The MXNet 0.12.1 and 1.0.0 wheels need it and forgot to bundle it, and no Debian after buster has it; the
1.2.1 wheel does bundle it.
"""
import glob
import os
import subprocess
import sys
import tempfile
import zipfile

WHEEL_WITH_LIBRARIES = 'mxnet==1.2.1'
LIBRARIES = ('libgfortran.so.3', 'libquadmath.so.0')


def main(target):
    folder = tempfile.mkdtemp()
    subprocess.check_call([sys.executable, '-m', 'pip', 'download', '--no-cache-dir', '--no-deps',
                           '--disable-pip-version-check', '-d', folder, WHEEL_WITH_LIBRARIES])
    with zipfile.ZipFile(glob.glob(os.path.join(folder, '*.whl'))[0]) as wheel:
        for name in LIBRARIES:
            with open(os.path.join(target, name), 'wb') as library:
                library.write(wheel.read('mxnet/' + name))


if __name__ == '__main__':
    main(sys.argv[1])
