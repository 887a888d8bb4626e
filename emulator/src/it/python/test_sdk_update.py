"""What newer lines of the SDK do with an endpoint that is there."""
import pytest
import sdk
from conftest import wait_for

pytestmark = pytest.mark.skipif(sdk.VERSION < (2, 0), reason='this SDK has no Predictor.update_endpoint')

SCRIPT = '''
import json

def model_fn(model_dir):
    return 1

def transform_fn(model, data, content_type, accept):
    return json.dumps(json.loads(data)), accept
'''


def test_a_predictor_updates_its_endpoint_and_deletes_its_models(emulator, tmp_path):
    from sagemaker.deserializers import JSONDeserializer
    from sagemaker.serializers import JSONSerializer
    script = tmp_path / 'script.py'
    script.write_text(SCRIPT)
    session = sdk.session()
    (tmp_path / 'empty').write_text('')
    import tarfile
    with tarfile.open(str(tmp_path / 'model.tar.gz'), 'w:gz') as tar:
        tar.add(str(tmp_path / 'empty'), arcname='empty')
    data = session.upload_data(str(tmp_path / 'model.tar.gz'), key_prefix='update')
    one = sdk.model(data, str(script), session, 'py3')
    predictor = one.deploy(initial_instance_count=1, instance_type='ml.c4.xlarge', wait=False)
    predictor.serializer, predictor.deserializer = JSONSerializer(), JSONDeserializer()
    client = session.sagemaker_client

    def status():
        return client.describe_endpoint(EndpointName=predictor.endpoint_name)

    wait_for('InService', lambda: status()['EndpointStatus'] == 'InService')
    try:
        predictor.update_endpoint(initial_instance_count=2, instance_type='ml.c4.xlarge', wait=False)
        wait_for('two instances', lambda: status()['EndpointStatus'] == 'InService'
                 and status()['ProductionVariants'][0]['CurrentInstanceCount'] == 2)
        predictor.delete_model()
        assert one.name not in [each['ModelName'] for each in client.list_models(MaxResults=100)['Models']]
        assert predictor.predict([1, 2]) == [1, 2]
    finally:
        predictor.delete_endpoint()
