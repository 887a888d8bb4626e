"""The hosts of a job end together.

The kvstore itself cannot see to that: a host that is done early would take its server away from the others, and one
that fails would leave the others waiting for it for ever. So the first host listens, every host keeps a connection to
it, and a host says when it is done or why it failed; a connection that breaks is a failure too. The first host
answers all of them when all are done or one has failed.

A message is one JSON object on one line: ``{"host": "algo-2"}`` to join, then ``{"state": "done"}`` or
``{"state": "failed", "reason": "..."}``; the answer is ``{"end": "done"}`` or
``{"end": "failed", "host": "algo-2", "reason": "..."}``.
"""
import json
import logging
import socket
import threading
import time

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 15 * 60
FAREWELL_SECONDS = 2
# the first host may start a little later than one that fails at once
JOIN_SECONDS = 10


class HostFailed(Exception):
    """Another host of the job has failed."""


class Coordinator(object):
    """The listening side, on the first host."""

    def __init__(self, hosts, port):
        self._waiting = set(hosts)
        self._connections = {}
        self._end = None
        self._changed = threading.Condition()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(('', port))
        self._socket.listen(len(hosts))
        self.port = self._socket.getsockname()[1]
        in_background(self._accept)

    def close(self):
        """Returns once every host has heard the end and hung up, or after a short while."""
        end = time.time() + FAREWELL_SECONDS
        with self._changed:
            while self._connections and time.time() < end:
                self._changed.wait(0.05)
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except (socket.error, ValueError):
                return  # closed
            in_background(self._listen, connection)

    def _listen(self, connection):
        keep_alive(connection)
        messages = read(connection)
        host = next(messages, {}).get('host')
        if not host:
            connection.close()
            return
        with self._changed:
            self._connections[host] = connection
            if self._end:
                send(connection, self._end)
        said = False
        for message in messages:
            said = True
            if message['state'] == 'done':
                self._done(host)
            else:
                self._failed(host, message['reason'])
        if not said:
            self._failed(host, 'it went away')
        with self._changed:
            self._connections.pop(host, None)
            self._changed.notify_all()
        connection.close()

    def _done(self, host):
        with self._changed:
            self._waiting.discard(host)
            if not self._waiting:
                self._tell({'end': 'done'})

    def _failed(self, host, reason):
        with self._changed:
            self._tell({'end': 'failed', 'host': host, 'reason': reason})

    def _tell(self, end):
        if self._end:
            return
        self._end = end
        for connection in self._connections.values():
            send(connection, end)


class Member(object):
    """A host's side. ``on_failure(host, reason)`` is called on a thread of its own when another host failed."""

    def __init__(self, host, address, port, on_failure, patience=PATIENCE_SECONDS):
        self._host = host
        self._address = (address, port)
        self._on_failure = on_failure
        self._patience = patience
        self._connection = None
        self._answer = None
        self._joined = threading.Event()
        self._ended = threading.Event()
        self._leaving = False
        in_background(self._stay)

    def done(self):
        """Returns when every host is done; fails when one of them has failed."""
        self._leaving = True
        self._say({'state': 'done'})
        self._ended.wait()
        if self._answer['end'] == 'failed':
            raise HostFailed(failure(self._answer['host'], self._answer['reason']))

    def failed(self, reason):
        """Tells the others; they need not hear it for this host to end."""
        self._leaving = True
        if self._joined.wait(JOIN_SECONDS):
            self._say({'state': 'failed', 'reason': reason})
            self._ended.wait(FAREWELL_SECONDS)

    def _say(self, message):
        self._joined.wait()
        if self._connection:
            send(self._connection, message)

    def _stay(self):
        self._connection = self._connect()
        if self._connection is None:
            self._joined.set()
            answer = {'end': 'failed', 'host': self._address[0], 'reason': 'it cannot be reached'}
        else:
            send(self._connection, {'host': self._host})
            self._joined.set()  # not before: nothing may be said before the host's name
            answer = next(read(self._connection),
                          {'end': 'failed', 'host': self._address[0], 'reason': 'it went away'})
            self._connection.close()
        self._answer = answer
        self._ended.set()
        if answer['end'] == 'failed' and not self._leaving:
            self._on_failure(answer['host'], answer['reason'])

    def _connect(self):
        end = time.time() + self._patience
        while time.time() < end:
            try:
                connection = socket.create_connection(self._address, timeout=5)
                connection.settimeout(None)
                keep_alive(connection)
                return connection
            except socket.error as refused:
                logger.debug('%s:%s does not answer yet: %s', self._address[0], self._address[1], refused)
                time.sleep(0.1)
        return None


def failure(host, reason):
    return 'host {} failed: {}'.format(host, reason)


def send(connection, message):
    try:
        connection.sendall((json.dumps(message) + '\n').encode('utf-8'))
    except socket.error as broken:
        # the reading side sees the broken connection too and draws the conclusion
        logger.debug('could not tell %s: %s', message, broken)


def read(connection):
    """The messages until the connection ends or breaks."""
    try:
        for line in connection.makefile('rb'):
            yield json.loads(line.decode('utf-8'))
    except socket.error as broken:
        logger.debug('a connection broke: %s', broken)


def keep_alive(connection):
    """A host that vanished without a word is noticed after some ten seconds."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in ((socket.TCP_KEEPIDLE, 5), (socket.TCP_KEEPINTVL, 2), (socket.TCP_KEEPCNT, 3)):
        connection.setsockopt(socket.IPPROTO_TCP, option, value)


def in_background(function, *arguments):
    thread = threading.Thread(target=function, args=arguments)
    thread.daemon = True
    thread.start()
