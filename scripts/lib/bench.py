"""The figures of scripts/bench: each is measured beside its yardstick, run by run in turn."""
import argparse
import contextlib
import http.client
import json
import logging
import os
import shutil
import statistics
import subprocess
import tempfile
import time
import uuid

from bench_common import BUCKET, ECHO, IMAGE, ROLE, Emulator, percentile, timed
from bench_invoke import invocation_figures
from bench_s3 import s3_figures


def start_figures(report):
    starts, idle = [], []
    for _ in range(7):
        with Emulator() as one:
            time.sleep(2)
            starts.append(one.started)
            idle.append(one.megabytes())
    report('start to first answer, s', statistics.median(starts), 0.383, 1.0, 'AWS Emulator as reported, 0.383 s')
    report('idle memory, MB', statistics.median(idle), 100, 1.3, 'a Javalin hello with AOT cache, 81-110 MB')


def create(sagemaker, entrypoint, hosts=1):
    name = 'bench-' + uuid.uuid4().hex[:12]
    sagemaker.create_training_job(
        TrainingJobName=name, RoleArn=ROLE,
        AlgorithmSpecification={'TrainingImage': IMAGE, 'TrainingInputMode': 'File', 'ContainerEntrypoint': entrypoint},
        OutputDataConfig={'S3OutputPath': 's3://%s/out' % BUCKET},
        ResourceConfig={'InstanceType': 'ml.c4.xlarge', 'InstanceCount': hosts, 'VolumeSizeInGB': 1},
        StoppingCondition={'MaxRuntimeInSeconds': 60})
    return name


def completed(sagemaker, name):
    status = sagemaker.describe_training_job(TrainingJobName=name)['TrainingJobStatus']
    assert status == 'Completed', status


def training_figures(report):
    with Emulator() as emulator:
        emulator.client('s3').create_bucket(Bucket=BUCKET)
        job_figures(report, emulator.client('sagemaker'))
        host_figures(report, emulator.client('sagemaker'), emulator.client('logs'))


def job_figures(report, sagemaker):
    def job():
        completed(sagemaker, create(sagemaker, ['/bin/true']))

    def docker():
        subprocess.check_call(['docker', 'run', '--rm', '--entrypoint', '/bin/true', IMAGE])

    pairs = [(timed(job), timed(docker)) for _ in range(15)]
    report('trivial job, create to Completed, s', statistics.median(p[0] for p in pairs),
           statistics.median(p[1] for p in pairs), 1.5, 'docker run of the same image')
    name = sagemaker.list_training_jobs(MaxResults=1)['TrainingJobSummaries'][0]['TrainingJobName']
    describes = [timed(lambda: sagemaker.describe_training_job(TrainingJobName=name)) for _ in range(300)]
    report('Describe p50 through boto3, s', percentile(describes, 0.5), 0.0042, 0.25, "moto's Describe, 4.2 ms as seen")
    raw = raw_describes(sagemaker.meta.endpoint_url, name, 300)
    report('Describe p50 without boto3, s', percentile(raw, 0.5), percentile(describes, 0.5), None, 'the same through boto3')


def raw_describes(endpoint, name, count):
    connection = http.client.HTTPConnection(endpoint.split('/')[2])
    headers = {'X-Amz-Target': 'SageMaker.DescribeTrainingJob', 'Content-Type': 'application/x-amz-json-1.1'}

    def describe():
        connection.request('POST', '/', json.dumps({'TrainingJobName': name}), headers)
        answer = connection.getresponse()
        assert json.loads(answer.read())['TrainingJobName'] == name, answer.status

    return [timed(describe) for _ in range(count)]


def host_figures(report, sagemaker, logs):
    """From create to the last host's first line, which each writes with the time on it."""
    def all_in_user_code(hosts):
        began = time.time()
        name = create(sagemaker, ['/bin/date', '+%s.%N'], hosts)
        completed(sagemaker, name)
        events = logs.filter_log_events(
            logGroupName='/aws/sagemaker/TrainingJobs', logStreamNamePrefix=name + '/')['events']
        assert len(events) == hosts, events
        return max(float(event['message']) for event in events) - began

    def docker(hosts):
        runs = [subprocess.Popen(['docker', 'run', '--rm', '--network', network, '--entrypoint', '/bin/date', IMAGE],
                                 stdout=subprocess.DEVNULL) for _ in range(hosts)]
        assert [run.wait() for run in runs] == [0] * hosts

    network = 'bench-' + uuid.uuid4().hex[:12]
    subprocess.check_call(['docker', 'network', 'create', network], stdout=subprocess.DEVNULL)
    try:
        rounds = [(all_in_user_code(8), all_in_user_code(1), timed(lambda: docker(8))) for _ in range(5)]
    finally:
        subprocess.check_call(['docker', 'network', 'rm', network], stdout=subprocess.DEVNULL)
    eight, one, theirs = (statistics.median(column) for column in zip(*rounds))
    report('8 hosts, create to all in user code, s', eight, one, 3.0, 'one host')
    report('8 hosts, create to all in user code, s', eight, theirs, 1.0, 'eight docker run at once on a network')


def sdk_figures(report):
    """SDK 1.72's whole fit and deploy, as they are beside figures of its local mode."""
    logging.disable(logging.WARNING)  # which things are named anew in its next version
    with Emulator() as emulator, open(os.devnull, 'w') as nowhere, contextlib.redirect_stdout(nowhere):
        os.environ.update(AWS_ENDPOINT_URL=emulator.endpoint, AWS_ACCESS_KEY_ID='000000000000',
                          AWS_SECRET_ACCESS_KEY='x', AWS_DEFAULT_REGION='us-east-1')
        emulator.client('s3').create_bucket(Bucket=BUCKET)
        fits, deploys = fit_and_deploy()
    report('SDK 1.72 fit of a trivial script, MXNet image, s', statistics.median(fits), None, 1.25,
           'its local mode was not run: it needs docker compose and an image named as its own')
    report('SDK 1.72 deploy to first predict, MXNet image, s', statistics.median(deploys), 5.0, 0.15,
           "its local mode's 5.0 s as seen")


def fit_and_deploy():
    """Seconds of a fit, and of a deploy to its first predict, three times."""
    import numpy as np
    import sagemaker
    from sagemaker.mxnet import MXNet
    session = sagemaker.Session(default_bucket=BUCKET)
    folder = tempfile.mkdtemp()
    script = os.path.join(folder, 'script.py')
    with open(script, 'w') as out:
        out.write('def train(**kwargs):\n    pass\n' + ECHO)
    data = session.upload_data(script, key_prefix='data')
    fits, deploys = [], []
    for _ in range(3):
        estimator = MXNet(script, role=ROLE, train_instance_count=1, train_instance_type='ml.c4.xlarge',
                          framework_version='1.2.1', py_version='py3', sagemaker_session=session)
        fits.append(timed(lambda: estimator.fit({'train': data}, logs=False)))
        began = time.perf_counter()
        predictor = estimator.deploy(initial_instance_count=1, instance_type='ml.c4.xlarge')
        predictor.predict(np.zeros(2))
        deploys.append(time.perf_counter() - began)
        predictor.delete_endpoint()
    shutil.rmtree(folder)
    return fits, deploys


GROUPS = {'start': start_figures, 's3': s3_figures, 'training': training_figures, 'invocations': invocation_figures,
          'sdk': sdk_figures}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--json', action='store_true')
    parser.add_argument('groups', nargs='*', help='of %s; all without one' % ', '.join(GROUPS))
    arguments = parser.parse_args()
    for unknown in set(arguments.groups) - set(GROUPS):
        parser.error('there is no group %s, only %s' % (unknown, ', '.join(GROUPS)))
    figures = []

    def report(name, value, yardstick, goal, against):
        """A negative goal is a least ratio."""
        ratio = value / yardstick if yardstick else None
        figures.append({'name': name, 'value': value, 'yardstick': yardstick, 'ratio': ratio, 'goal': goal,
                        'against': against})
        if not arguments.json:
            print('%-48s %9.4g  yardstick %9s  ratio %6s  goal %8s  (%s)' % (
                name, value, '%.4g' % yardstick if yardstick else '-', '%.2f' % ratio if ratio else '-',
                '-' if goal is None else '>= %g' % -goal if goal < 0 else '<= %g' % goal, against), flush=True)

    for group in arguments.groups or GROUPS:
        GROUPS[group](report)
    if arguments.json:
        print(json.dumps(figures, indent=1))


if __name__ == '__main__':
    main()
