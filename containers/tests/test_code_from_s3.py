"""The script comes from S3: here a web server that hands out files, in a container of its own."""
import io
import json
import tarfile

import pytest

IMAGES = ['sagelocal/mxnet:1.2.1-cpu-py2', 'sagelocal/mxnet:1.2.1-cpu-py3', 'sagelocal/mxnet-training:1.9.1-cpu-py3']
SCRIPT = '''
import os
import shapes

def train(output_data_dir, **kwargs):
    tell(output_data_dir)

def tell(folder):
    with open(os.path.join(folder, 'told'), 'w') as f:
        f.write(str(shapes.SIDES))

if __name__ == '__main__':
    tell(os.environ['SM_OUTPUT_DATA_DIR'])
'''


def archive(files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode='w:gz') as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            tar.addfile(entry, io.BytesIO(text.encode('utf-8')))
    return packed.getvalue()


@pytest.mark.parametrize('image', IMAGES)
def test_the_archive_is_fetched_and_unpacked(workbench, image):
    s3 = workbench.folder()
    s3.write('bucket/job/source/sourcedir.tar.gz', archive({'script.py': SCRIPT, 'shapes.py': 'SIDES = 4\n'}))
    server = workbench.start('sagelocal/mxnet:1.2.1-cpu-py3', ['-m', 'http.server', '9000', '--directory', '/opt/ml'],
                             s3.path, entrypoint='python')
    address = server.address() + ':9000'
    folder = workbench.folder().job({}, submit_directory='s3://bucket/job/source/sourcedir.tar.gz')
    # an old botocore knows no AWS_ENDPOINT_URL: it is redirected by its data path
    folder.write('aws/endpoints.json', json.dumps({'version': 3, 'partitions': [{
        'partition': 'aws', 'partitionName': 'here', 'dnsSuffix': 'localhost', 'regionRegex': '^[a-z0-9-]+$',
        'regions': {'us-west-2': {'description': 'here'}},
        'defaults': {'hostname': address, 'protocols': ['http'], 'signatureVersions': ['v4']},
        'services': {'s3': {'defaults': {'signatureVersions': ['s3v4']}, 'endpoints': {}}}}]}))
    folder.write('aws/config', '[default]\nregion = us-west-2\ns3 =\n    addressing_style = path\n')
    container = workbench.start(image, ['train'], folder.path, {
        'AWS_ENDPOINT_URL': 'http://' + address, 'AWS_DATA_PATH': '/opt/ml/aws', 'AWS_CONFIG_FILE': '/opt/ml/aws/config',
        'AWS_ACCESS_KEY_ID': 'test', 'AWS_SECRET_ACCESS_KEY': 'test', 'AWS_REGION': 'us-west-2'},
        name='algo-1')
    assert container.wait() == 0, container.log()
    assert folder.read('output/data/told') == '4'
    assert 'GET /bucket/job/source/sourcedir.tar.gz' in server.log()
