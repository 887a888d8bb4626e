#!/usr/bin/perl
# A model container that answers as fast as it reads, by Debian's smallest Perl; PAUSE and UPPER change how.
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
        # in one piece: the second of two small writes would wait for the first one's receipt
        print $client "HTTP/1.1 $status\r\nContent-Type: text/plain\r\nContent-Length: " . length($body) . "\r\n\r\n$body"
            or return;
    }
}
