"""The two ways in which scripts write their functions.

The SageMaker documentation says ``input_fn(request_body, request_content_type, model)`` and
``predict_fn(input_object, model)``. AWS's own images call ``input_fn(model, data, content_type)`` for Module models,
``input_fn(data, content_type)`` for Gluon ones, and ``predict_fn(model, data)``. Scripts of both kinds exist, so the
parameters' number and names decide: where the content type stands, and which parameter is named like a model. Where
the names tell nothing, the documentation's order holds.
"""
from mxnet_container.arguments import parameters

MODEL_NAMES = ('model', 'module', 'mod', 'net', 'network', 'block')


def input_function(user_module, defaults):
    """A function of (model, data, content_type)."""
    function = getattr(user_module, 'input_fn', None)
    if function is None:
        return defaults.input
    names, _ = parameters(function)
    if len(names) == 2:
        return lambda model, data, content_type: function(data, content_type)
    if names and (is_model(names[0]) or names[-1].endswith('type')):
        return function
    return lambda model, data, content_type: function(data, content_type, model)


def predict_function(user_module, defaults):
    """A function of (model, data)."""
    function = getattr(user_module, 'predict_fn', None)
    if function is None:
        return defaults.predict
    names, _ = parameters(function)
    if names and is_model(names[0]) and not is_model(names[-1]):
        return function
    return lambda model, data: function(data, model)


def is_model(name):
    """``model``, and ``my_model`` too."""
    return name.lower().split('_')[-1] in MODEL_NAMES
