#!/usr/bin/env python
"""Serves the model until the server ends: what the command ``serve`` means in a script-mode image."""
from sagemaker_mxnet_serving_container.serving import main

main()
