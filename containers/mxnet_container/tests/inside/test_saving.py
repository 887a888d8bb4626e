"""What becomes of what train returned."""
import types

import mxnet as mx
import pytest
from mxnet_container import saving, training


class Environment(object):
    def __init__(self, model_dir, current_host='algo-1'):
        self.model_dir = str(model_dir)
        self.hosts = ['algo-2', 'algo-1']
        self.current_host = current_host


class Script(types.ModuleType):
    def __init__(self):
        types.ModuleType.__init__(self, 'script')


class SavingScript(Script):
    def save(self, model, model_dir):
        self.saved = model, model_dir


def module():
    net = mx.sym.FullyConnected(mx.sym.Variable('data'), num_hidden=1, no_bias=True, name='sum')
    one = mx.mod.Module(net, label_names=None)
    one.bind(for_training=False, data_shapes=[('data', (4, 2))])
    one.init_params(mx.init.One())
    return one


@pytest.mark.parametrize('model', [None, 0, {}, False])
def test_a_falsy_result_is_not_saved_by_default_and_is_given_to_ones_own_save(tmpdir, model):
    training.save(Script(), model, Environment(tmpdir))
    assert tmpdir.listdir() == []
    script = SavingScript()
    training.save(script, model, Environment(tmpdir))
    assert script.saved == (model, str(tmpdir))


@pytest.mark.parametrize('model, kind', [({'no': 'module'}, 'a dict'), (mx.nd.ones((2, 2)), 'a NDArray'),
                                         (mx.gluon.nn.Dense(1), 'a Gluon Dense')])
def test_the_default_save_refuses_what_it_cannot_save(tmpdir, model, kind):
    with pytest.raises(ValueError) as refused:
        training.save(Script(), model, Environment(tmpdir))
    assert 'train returned ' + kind in str(refused.value)
    assert 'define save(model, model_dir)' in str(refused.value)


def test_ones_own_save_runs_on_every_host_and_the_default_one_on_the_first(tmpdir):
    for host in ('algo-1', 'algo-2'):
        script = SavingScript()
        training.save(script, 'model', Environment(tmpdir, host))
        assert script.saved == ('model', str(tmpdir))
    training.save(Script(), module(), Environment(tmpdir, 'algo-2'))
    assert tmpdir.listdir() == []
    training.save(Script(), module(), Environment(tmpdir, 'algo-1'))
    assert tmpdir.join('model-0000.params').check()


@pytest.mark.parametrize('kept', [saving.PARAMS_FILE] + list(saving.DOCUMENTED_PARAMS_FILES))
def test_a_saved_module_is_loaded_under_each_name_of_its_parameters(tmpdir, monkeypatch, kept):
    saving.save_module(module(), str(tmpdir))
    content = tmpdir.join(kept).read('rb')
    for name in (saving.PARAMS_FILE,) + saving.DOCUMENTED_PARAMS_FILES:
        tmpdir.join(name).remove()
    tmpdir.join(kept).write(content, 'wb')
    monkeypatch.setenv(saving.FIRST_DIMENSION_ENV, '3')
    loaded = saving.load_module(str(tmpdir))
    assert loaded.data_shapes[0].shape == (3, 2)
    answer = loaded.predict(mx.io.NDArrayIter(mx.nd.array([[1, 2], [3, 4], [5, 6]]), batch_size=3))
    assert answer.asnumpy().tolist() == [[3], [7], [11]]


def test_saving_twice_replaces_what_is_there(tmpdir):
    saving.save_module(module(), str(tmpdir))
    saving.save_module(module(), str(tmpdir))
    assert len(tmpdir.listdir()) == 5


def test_a_model_folder_without_a_file_names_it(tmpdir, monkeypatch):
    saving.save_module(module(), str(tmpdir))
    tmpdir.join('model-symbol.json').remove()
    with pytest.raises(ValueError, match='model-symbol.json is not in .* needs a model_fn'):
        saving.load_module(str(tmpdir))
    monkeypatch.setenv(saving.FIRST_DIMENSION_ENV, 'many')
    with pytest.raises(ValueError, match="must be a whole number from 1 on, but is 'many'"):
        saving.load_module(str(tmpdir))
