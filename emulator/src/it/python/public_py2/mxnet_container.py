"""The least that sagemaker-container-support asks of a framework."""
import container_support as cs
from container_support.serving import Transformer


def train():
    env = cs.TrainingEnvironment()
    env.download_user_module()
    env.import_user_module().train(env.hyperparameters, env.model_dir)


def load_dependencies():
    pass


def transformer(user_module):
    return Transformer(user_module.transform)
