"""Small source patches for old MXNet releases, applied once at image build (Python 2 and 3)."""
import io
import os
import sys
import pkgutil

loader = pkgutil.find_loader('mxnet')          # finds the package without importing it
root = os.path.dirname(loader.get_filename('mxnet')) if hasattr(loader, 'get_filename') else loader.filename

# (file, old, new): replaced when `old` is there; releases without it are left as they are.
PATCHES = [
    # 0.12.1, 1.0.0 on Python 3: dist kvstore hands bytes to c_str ('bytes' object has no attribute 'encode')
    ('kvstore.py',
     'optim_str = pickle.dumps(optimizer, 0)',
     'optim_str = py_str(pickle.dumps(optimizer, 0))'),
    # before 1.2: parameters get their random numbers in a dictionary's order, another one on each Python; 1.2.1 sorts
    ('module/module.py', 'in self._arg_params.items():', 'in sorted(self._arg_params.items()):'),
    ('module/module.py', 'in self._aux_params.items():', 'in sorted(self._aux_params.items()):'),
    # 1.2.1 on Python >= 3.8: 'yield' inside a list comprehension is a SyntaxError
    ('gluon/data/dataloader.py',
     '            generator = lambda: [(yield self._batchify_fn([self._dataset[idx] for idx in batch]))\n'
     '                                 for batch in self._batch_sampler]\n'
     '            return generator()\n',
     '            def same_process_iter():\n'
     '                for batch in self._batch_sampler:\n'
     '                    yield self._batchify_fn([self._dataset[idx] for idx in batch])\n'
     '            return same_process_iter()\n'),
]
for name, old, new in PATCHES:
    path = os.path.join(root, name)
    if not os.path.exists(path):
        continue
    with io.open(path, encoding='utf-8') as f:
        text = f.read()
    old = old if isinstance(old, type(u'')) else old.decode('utf-8')
    new = new if isinstance(new, type(u'')) else new.decode('utf-8')
    if old in text:
        if text.count(old) != 1:
            raise ValueError('%s has %d times: %s' % (path, text.count(old), old))
        with io.open(path, 'w', encoding='utf-8') as f:
            f.write(text.replace(old, new))
        sys.stdout.write('patched %s\n' % path)
