"""What surrounds a host's training: the kvstore's processes, and the job's other hosts."""
import contextlib
import logging
import os
import threading
import time

from mxnet_container import kvstore, rendezvous

logger = logging.getLogger(__name__)

PORT_PARAMETER = '_ps_port'
VERBOSE_PARAMETER = '_ps_verbose'
# so long the failing host has to be seen failing before the others do
GRACE_SECONDS = 2
LOOK_SECONDS = 0.5


@contextlib.contextmanager
def joined(env, give_up):
    """Training goes on inside. Leaving it waits for the job's other hosts and ends the kvstore's processes; an
    exception is told to the other hosts. ``give_up(reason)`` is called, on another thread, when training cannot go
    on because another host or the kvstore failed.
    """
    port = int(env.hyperparameters.get(PORT_PARAMETER, kvstore.DEFAULT_PORT))
    store = kvstore.KvStore(env.hosts, env.current_host, port, env.hyperparameters.get(VERBOSE_PARAMETER, 0))
    try:
        with closing_hosts(env, port + 1, give_up):
            store.start()
            watch(store, give_up)
            yield
    finally:
        store.stop()


@contextlib.contextmanager
def closing_hosts(env, port, give_up):
    """The job's hosts end together, see ``rendezvous``; one host alone has nobody to wait for."""
    if len(env.hosts) < 2:
        yield
        return

    def on_failure(host, reason):
        time.sleep(GRACE_SECONDS)
        give_up(rendezvous.failure(host, reason))

    first = kvstore.scheduler_host(env.hosts)
    coordinator = rendezvous.Coordinator(env.hosts, port) if env.current_host == first else None
    member = rendezvous.Member(env.current_host, first, port, on_failure)
    try:
        yield
        logger.info('this host is done; waiting for the others')
        member.done()
    except rendezvous.HostFailed:
        time.sleep(GRACE_SECONDS)
        raise
    except BaseException as failure:
        member.failed('{}: {}'.format(type(failure).__name__, failure))
        raise
    finally:
        if coordinator:
            coordinator.close()


def watch(store, give_up):
    """A server or scheduler that broke would leave the worker waiting for it for ever."""
    def look():
        while True:
            reason = store.broken()
            if reason:
                give_up(reason)
                return
            time.sleep(LOOK_SECONDS)

    thread = threading.Thread(target=look)
    thread.daemon = True
    thread.start()


def end_process(code):
    """Ends this process from any thread; the kvstore's processes end with it."""
    logging.shutdown()
    os._exit(code)
