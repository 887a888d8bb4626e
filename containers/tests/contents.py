"""Runs inside an image, on either Python, and prints what is in it."""
import fnmatch
import json
import os
import subprocess
import sys

PROGRAMS = ['gcc', 'cc', 'g++', 'c++', 'clang', 'tcc', 'make', 'ld', 'as', 'rustc', 'go', 'javac', 'gfortran']
LEFT_BY_BUILDS = ['*.deb', '*.whl', 'pkgcache.bin', 'srcpkgcache.bin', '*.pyo.tmp', 'cc1', 'cc1plus', 'network-ca.pem',
                  'no-ca.pem', 'Python.h', 'patch_mxnet.py', 'fortran_runtime.py']
CERTIFICATES = ['*.pem', '*.crt', '*.cer']


def matching(patterns, top='/'):
    found = []
    for folder, folders, files in os.walk(top):
        if folder == '/':
            folders[:] = [name for name in folders if name not in ('proc', 'sys', 'dev')]
        found += [os.path.join(folder, name) for name in files
                  if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)]
    return found


def on_path(program):
    return any(os.path.exists(os.path.join(folder, program)) for folder in os.environ['PATH'].split(':'))


def entries(folder):
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def main():
    # before MXNet: 1.0.0 may hang when a process that used it starts another
    pip = subprocess.call(['pip', '--version'], stdout=subprocess.PIPE)
    import mxnet
    import numpy
    told = {
        'compilers': [program for program in PROGRAMS if on_path(program)],
        'left': matching(LEFT_BY_BUILDS),
        'certificates': matching(CERTIFICATES),
        'own certificate authorities': entries('/usr/local/share/ca-certificates'),
        'folders': {folder: entries(folder) for folder in (
            '/tmp', '/var/lib/apt/lists', '/var/cache/apt', '/root/.cache', '/opt/ml')},
        'certificate variables': sorted(name for name in os.environ if 'CERT' in name or 'CA_BUNDLE' in name),
        'python': '%d.%d' % sys.version_info[:2],
        'mxnet': mxnet.__version__,
        'numpy': numpy.__version__,
        'sum': float(mxnet.nd.ones((2, 3)).sum().asnumpy()[0]),
        'pip': pip,
    }
    sys.stdout.write('\n' + json.dumps(told) + '\n')


main()
