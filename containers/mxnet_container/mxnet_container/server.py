"""What the model server needs before its workers start. Imports no MXNet: each worker does."""
import logging
import os

from container_support import serving

logger = logging.getLogger(__name__)

# one worker answers one request at a time, so that more threads within it only get in each other's way
DEFAULTS = {'MXNET_ENGINE_TYPE': 'NaiveEngine', 'OMP_NUM_THREADS': '1'}
LIMIT_MB = 5
BATCH_LIMIT_MB = 6
NGINX_TEMPLATE = '/tmp/nginx.conf.template'
UNLIMITED = 'client_max_body_size 0;'


def prepare():
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    limit_bodies(body_limit_mb())


def body_limit_mb():
    """The largest request body: 5 MB, and in a batch transform what the job says; 0 is no limit."""
    if os.environ.get('SAGEMAKER_BATCH', '').lower() != 'true':
        return LIMIT_MB
    return int(os.environ.get('SAGEMAKER_MAX_PAYLOAD_IN_MB', BATCH_LIMIT_MB))


def limit_bodies(limit_mb):
    """Has nginx refuse longer bodies with 413; the template of container_support 1.1.3 takes any."""
    with open(serving.nginx_config_template_file) as original:
        template = original.read()
    if UNLIMITED not in template:
        raise ValueError('{} does not say {}'.format(serving.nginx_config_template_file, UNLIMITED))
    with open(NGINX_TEMPLATE, 'w') as limited:
        limited.write(template.replace(UNLIMITED, 'client_max_body_size {}m;'.format(limit_mb)))
    serving.nginx_config_template_file = NGINX_TEMPLATE
    logger.info('request bodies: %s', '{} MB at most'.format(limit_mb) if limit_mb else 'no limit')
