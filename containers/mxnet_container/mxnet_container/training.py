"""Trains: fetches the user's script, calls its ``train`` and saves what that returns."""
import logging
import os
import signal

import container_support as cs

from mxnet_container import cluster
from mxnet_container.arguments import accepted
from mxnet_container.kvstore import scheduler_host

logger = logging.getLogger(__name__)

TERMINATED = 128 + signal.SIGTERM
LOCAL_PREFIX = 'file://'


def train():
    """Runs a training job as /opt/ml describes it. An exception means the job has failed."""
    end_on_sigterm()
    env = cs.TrainingEnvironment()
    if env.container_log_level is not None:
        logging.getLogger().setLevel(int(env.container_log_level))
    try:
        with cluster.joined(env, give_up):
            run(env)
    except Exception as failure:
        # container_support ends with such a number, and as if nothing had happened where it is none
        number = getattr(failure, 'errno', 1)
        if not isinstance(number, int) or not 0 < number < 256:
            failure.errno = 1
        raise


def run(env):
    try:
        script = fetch_script(env)
        train_function = getattr(script, 'train', None)
        if not callable(train_function):
            raise ValueError('script {} defines no function named train'.format(env.user_script_name))
        model = train_function(**accepted(train_function, training_arguments(env)))
        save(script, model, env)
    except SystemExit as ended:
        # nobody above would notice
        if ended.code:
            raise RuntimeError('the script ended itself with sys.exit({!r})'.format(ended.code))


def save(script, model, env):
    """The script's own ``save`` gets whatever ``train`` returned, on every host; the default one runs on one host."""
    if hasattr(script, 'save'):
        script.save(model, env.model_dir)
    elif is_nothing(model):
        logger.info('train returned no model and the script defines no save: nothing is saved')
    elif env.current_host == scheduler_host(env.hosts or [env.current_host]):
        from mxnet_container import saving
        saving.save_module(model, env.model_dir)


def is_nothing(model):
    """Falsy, as AWS's images ask; an array of several numbers is neither and so is something."""
    try:
        return not model
    except ValueError:
        return False


def give_up(reason):
    """Ends the job from another thread: the script may be waiting for what will never come."""
    logger.error('training ends: %s', reason)
    cs.TrainingEnvironment.write_failure_file('training ended: {}\n'.format(reason))
    cluster.end_process(1)


def end_on_sigterm():
    """A first process has no default for SIGTERM, so that stopping the job would wait for SIGKILL.

    Installed before the script is imported: one that handles the signal itself keeps its own handler.
    """
    def end(signum, frame):
        logger.info('terminated; what is in the model folder is kept')
        cluster.end_process(TERMINATED)

    signal.signal(signal.SIGTERM, end)


def fetch_script(env):
    """Puts the user's code into place unless it is there, and imports it."""
    if not env.user_script_name:
        raise ValueError('hyperparameter sagemaker_program is missing: it names the script to run')
    archive = env.user_script_archive or ''
    if archive.startswith(LOCAL_PREFIX) or archive.startswith('/'):
        env.code_dir = archive[len(LOCAL_PREFIX):] if archive.startswith(LOCAL_PREFIX) else archive
    elif archive:
        env.download_user_module()
    elif not os.path.exists(os.path.join(env.code_dir, env.user_script_name)):
        raise ValueError('hyperparameter sagemaker_submit_directory is missing and there is no {} in {}'.format(
            env.user_script_name, env.code_dir))
    env.pip_install_requirements()
    return env.import_user_module()


def training_arguments(env):
    """What ``train`` may ask for."""
    return {
        'hyperparameters': env.hyperparameters,
        'input_data_config': env.channels,
        'channel_input_dirs': env.channel_dirs,
        'output_data_dir': env.output_data_dir,
        'model_dir': env.model_dir,
        'num_gpus': env.available_gpus,
        'num_cpus': env.available_cpus,
        'hosts': env.hosts,
        'current_host': env.current_host,
    }
