"""The MXNet layer above sagemaker-container-support, which finds it by this package's name.

``train`` runs the user's script, ``transformer`` answers requests with its functions or the defaults, and
``load_dependencies`` is called before the web server forks.
"""
from mxnet_container.serving import load_dependencies, transformer
from mxnet_container.training import train

__all__ = ['load_dependencies', 'train', 'transformer']
