"""A model container of a few kilobytes, for tests that are about the emulator and not about MXNet."""
import subprocess
import uuid

import api
from conftest import wait_for
from test_api_hosts import DEBIAN

# Debian's smallest Perl answers as fast as it reads
SERVE = r'''#!/usr/bin/perl
use strict;
use warnings;
use IO::Socket::INET;

$SIG{CHLD} = 'IGNORE';
$SIG{TERM} = sub { exit 0 };
$| = 1;
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die "no port: $!";
print "model is up\n";
while (1) {
    my $client = $server->accept or next;
    if (fork == 0) { answer($client); exit 0 }
    close $client;
}

sub answer {
    my ($client) = @_;
    while (my $request = <$client>) {
        my $length = 0;
        while (my $header = <$client>) {
            $length = $1 if $header =~ /^content-length:\s*(\d+)/i;
            last if $header =~ /^\r?\n$/;
        }
        my $body = '';
        while (length($body) < $length) { read($client, $body, $length - length($body), length($body)) or return }
        my $path = (split ' ', $request)[1];
        if ($path eq '/invocations') {
            select(undef, undef, undef, $ENV{PAUSE} || 0);
            $body =~ tr/a-z/A-Z/ if $ENV{UPPER};
        }
        my $status = $path eq '/ping' || $path eq '/invocations' ? '200 OK' : '404 Not Found';
        $body = '' if $path ne '/invocations';
        print $client "HTTP/1.1 $status\r\nContent-Type: text/plain\r\nContent-Length: " . length($body) . "\r\n\r\n";
        print $client $body or return;
        $client->flush;
    }
}
'''


def build(folder):
    """Builds the image and answers its name; whoever builds it removes it."""
    (folder / 'serve').write_text(SERVE)
    (folder / 'serve').chmod(0o755)
    (folder / 'Dockerfile').write_text('FROM %s\nCOPY serve /usr/local/bin/serve\n' % DEBIAN)
    image = 'sagelocal-test/light-model:' + uuid.uuid4().hex[:8]
    subprocess.check_output(['docker', 'build', '-q', '-t', image, str(folder)], stderr=subprocess.STDOUT)
    return image


def remove(image):
    """Removes it once the last job's containers are gone."""
    used = ['docker', 'ps', '-aq', '--filter', 'ancestor=' + image]
    wait_for('nobody runs ' + image, lambda: not subprocess.check_output(used), 20)
    subprocess.check_call(['docker', 'rmi', image], stdout=subprocess.DEVNULL)


def create(client, name, image, **environment):
    client('sagemaker').create_model(ModelName=name, ExecutionRoleArn=api.ROLE, PrimaryContainer={
        'Image': image, 'Environment': environment})
