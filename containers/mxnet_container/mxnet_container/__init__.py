"""The MXNet layer above sagemaker-container-support, which finds it by this package's name and calls these three.

Each imports what it needs when it is called: MXNet takes half a second to import, and not every process needs it.
"""


def train():
    """Runs a training job as /opt/ml describes it."""
    from mxnet_container import training
    training.train()


def load_dependencies():
    """Called once before the model server starts its workers."""
    from mxnet_container import server
    server.prepare()


def transformer(user_module):
    """The object that answers ``/invocations`` in a worker, with the script's functions or the defaults."""
    from mxnet_container import serving
    return serving.transformer(user_module)
