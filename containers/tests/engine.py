"""Docker, as a user at a shell has it. What the tests make carries LABEL and is removed at their end."""
import json
import subprocess
import time

LABEL = 'io.sagelocal.instance=containers-test'


def docker(*arguments, **options):
    """Runs a docker command; answers its output."""
    done = subprocess.run(('docker',) + arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=90,
                          **options)
    output = done.stdout.decode('utf-8', 'replace')
    assert done.returncode == 0, 'docker %s: exit code %d\n%s' % (' '.join(arguments), done.returncode, output)
    return output.strip()


def wait_for(what, condition, seconds=60):
    end = time.time() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.time() < end, '%s did not come true within %d s' % (what, seconds)
        time.sleep(0.1)


class Container(object):
    """A container that was started in the background."""

    def __init__(self, image, command, folder=None, environment=None, network=None, name=None, entrypoint=None):
        options = ['--label', LABEL]
        if folder:
            options += ['-v', '%s:/opt/ml' % folder]
        for variable, value in (environment or {}).items():
            options += ['-e', '%s=%s' % (variable, value)]
        if network:
            options += ['--network', network]
        if name:
            options += ['--hostname', name]
        if name and network:
            options += ['--network-alias', name]
        if entrypoint:
            options += ['--entrypoint', entrypoint]
        self.id = docker('run', '-d', *(options + [image] + command)).splitlines()[-1]

    def wait(self):
        """The exit code, once it has ended."""
        try:
            return int(docker('wait', self.id))
        except subprocess.TimeoutExpired:
            raise AssertionError('container %s does not end; its log:\n%s' % (self.id[:12], self.log()))

    def running(self):
        return docker('inspect', '-f', '{{.State.Running}}', self.id) == 'true'

    def log(self):
        return docker('logs', self.id)

    def address(self):
        networks = json.loads(docker('inspect', '-f', '{{json .NetworkSettings.Networks}}', self.id))
        return next(iter(networks.values()))['IPAddress']

    def remove(self):
        docker('rm', '-f', '-v', self.id)
