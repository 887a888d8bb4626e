"""Which of the arguments on offer a user's function takes."""
import inspect


def accepted(function, offered):
    """The members of ``offered`` that ``function`` names; all of them when it takes ``**kwargs``."""
    names, takes_all = parameters(function)
    if takes_all:
        return dict(offered)
    return {name: value for name, value in offered.items() if name in names}


def parameters(function):
    """The names of a function's parameters, and whether it takes ``**kwargs``."""
    if hasattr(inspect, 'getfullargspec'):
        spec = inspect.getfullargspec(function)
        return spec.args + spec.kwonlyargs, spec.varkw is not None
    spec = inspect.getargspec(function)  # Python 2
    return spec.args, spec.keywords is not None
