"""Requests through boto3, as tests of the API make them."""
import io
import tarfile

ROLE = 'arn:aws:iam::000000000000:role/Role'
IMAGE = '520713654638.dkr.ecr.us-east-1.amazonaws.com/sagemaker-mxnet:1.2.1-cpu-py3'


def upload_script(client, bucket, text):
    """Puts a script into a sourcedir.tar.gz, as the SDK does; answers where it is."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode='w:gz') as tar:
        data = text.encode()
        entry = tarfile.TarInfo('script.py')
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    client('s3').put_object(Bucket=bucket, Key='code/sourcedir.tar.gz', Body=packed.getvalue())
    return 's3://%s/code/sourcedir.tar.gz' % bucket


def training_job(name, bucket, source='s3://none/code.tar.gz', **changes):
    request = {
        'TrainingJobName': name,
        'AlgorithmSpecification': {'TrainingImage': IMAGE, 'TrainingInputMode': 'File'},
        'RoleArn': ROLE,
        'OutputDataConfig': {'S3OutputPath': 's3://%s/out' % bucket},
        'ResourceConfig': {'InstanceType': 'ml.c4.xlarge', 'InstanceCount': 1, 'VolumeSizeInGB': 1},
        'StoppingCondition': {'MaxRuntimeInSeconds': 600},
        'HyperParameters': {'sagemaker_program': '"script.py"', 'sagemaker_submit_directory': '"%s"' % source,
                            'sagemaker_region': '"us-east-1"', 'sagemaker_container_log_level': '20'},
    }
    request.update(changes)
    return request


def artifact(client, description):
    """The members of a job's model.tar.gz, by name."""
    bucket, key = description['ModelArtifacts']['S3ModelArtifacts'][len('s3://'):].split('/', 1)
    body = client('s3').get_object(Bucket=bucket, Key=key)['Body'].read()
    with tarfile.open(fileobj=io.BytesIO(body), mode='r:gz') as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}


def model_only(client, bucket, name, script, image=IMAGE):
    """A model whose only file is its script's."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode='w:gz') as tar:
        tar.addfile(tarfile.TarInfo('empty'), io.BytesIO())
    client('s3').put_object(Bucket=bucket, Key=name + '/model.tar.gz', Body=packed.getvalue())
    source = upload_script(client, bucket, script)
    client('sagemaker').create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={
        'Image': image, 'ModelDataUrl': 's3://%s/%s/model.tar.gz' % (bucket, name),
        'Environment': {'SAGEMAKER_PROGRAM': 'script.py', 'SAGEMAKER_SUBMIT_DIRECTORY': source,
                        'SAGEMAKER_REGION': 'us-east-1', 'SAGEMAKER_CONTAINER_LOG_LEVEL': '20'}})


def own_model(client, bucket, name, script, image, **request):
    """A model whose data is its script, in its place for images of script mode, and nothing else."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode='w:gz') as tar:
        entry = tarfile.TarInfo('code/inference.py')
        entry.size = len(script)
        tar.addfile(entry, io.BytesIO(script.encode()))
    client('s3').put_object(Bucket=bucket, Key=name + '/model.tar.gz', Body=packed.getvalue())
    client('sagemaker').create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer={
        'Image': image, 'ModelDataUrl': 's3://%s/%s/model.tar.gz' % (bucket, name),
        'Environment': {'SAGEMAKER_PROGRAM': 'inference.py', 'SAGEMAKER_SUBMIT_DIRECTORY': '/opt/ml/model/code'}},
        **request)


def deploy(client, name, instances=1, **config):
    """An endpoint of a model of the same name."""
    sagemaker = client('sagemaker')
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[
        {'VariantName': 'AllTraffic', 'ModelName': name, 'InitialInstanceCount': instances,
         'InstanceType': 'ml.c4.xlarge'}], **config)
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)


def model(client, bucket, name, script, image=IMAGE, instances=1, **config):
    """Such a model, and an endpoint of it."""
    model_only(client, bucket, name, script, image)
    deploy(client, name, instances, **config)
