"""The processes of MXNet's distributed kvstore: a scheduler on the first host, a server on every host.

They are there for a single host too, so that a script may ask for ``dist_sync`` anywhere. The script's own process is
the worker.
"""
import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time

logger = logging.getLogger(__name__)

DEFAULT_PORT = 8000
LOOK_UP_PATIENCE_SECONDS = 15 * 60
PR_SET_PDEATHSIG = 1
# importing MXNet in a process with such a role serves until the workers are done
PROGRAM = [sys.executable, '-c', 'import mxnet']


def scheduler_host(hosts):
    """The host that runs the scheduler: the same choice on every host."""
    return sorted(hosts)[0]


def address_of(host, alone=False, patience=LOOK_UP_PATIENCE_SECONDS):
    """The IP address of a host, once its name can be looked up; a host that is alone may have no name."""
    end = time.time() + patience
    while True:
        try:
            return socket.gethostbyname(host)
        except socket.error as unknown:
            if alone:
                return '127.0.0.1'
            if time.time() >= end:
                raise ValueError('host {} cannot be looked up after {} s: {}'.format(host, patience, unknown))
        time.sleep(0.2)


class KvStore(object):
    """The processes on this host, and what the worker must know of them."""

    def __init__(self, hosts, current_host, port=DEFAULT_PORT, verbose=0, program=None):
        self._hosts = hosts
        self._host = current_host
        self._port = port
        self._verbose = verbose
        self._program = program or PROGRAM
        self._processes = {}
        self._stopping = False

    def start(self):
        """Starts them and tells this process, the worker, where they are."""
        addresses = {host: address_of(host, alone=len(self._hosts) == 1) for host in self._hosts}
        if self._host == scheduler_host(self._hosts):
            self._run('scheduler', addresses)
        self._run('server', addresses)
        os.environ.update(self.variables('worker', addresses))

    def variables(self, role, addresses):
        """What a process in this role reads: ps-lite's own environment variables."""
        return {
            'DMLC_ROLE': role,
            'DMLC_NUM_WORKER': str(len(self._hosts)),
            'DMLC_NUM_SERVER': str(len(self._hosts)),
            'DMLC_PS_ROOT_URI': addresses[scheduler_host(self._hosts)],
            'DMLC_PS_ROOT_PORT': str(self._port),
            # without it ps-lite takes the first interface that is up, which may lead to another network
            'DMLC_NODE_HOST': addresses[self._host],
            'PS_VERBOSE': str(self._verbose),
        }

    def broken(self):
        """Says which process ended with an error, or None."""
        for role, process in list(self._processes.items()):
            code = process.poll()
            if code and not self._stopping:
                return 'the kvstore {} on {} ended with code {}'.format(role, self._host, code)
        return None

    def stop(self):
        self._stopping = True
        for process in self._processes.values():
            if process.poll() is None:
                process.kill()
                process.wait()

    def _run(self, role, addresses):
        self._processes[role] = subprocess.Popen(
            self._program, env=dict(os.environ, **self.variables(role, addresses)), preexec_fn=die_with_parent)
        logger.info('started the kvstore %s', role)


def die_with_parent():
    """However this process ends, its children end with it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
