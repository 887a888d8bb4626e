#!/usr/bin/perl
# A model container that answers with what it is asked, as fast as it reads: the bench's light one.
use strict;
use warnings;
use IO::Socket::INET;

$SIG{CHLD} = 'IGNORE';
$SIG{TERM} = sub { exit 0 };
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 64, ReuseAddr => 1) or die "no port: $!";
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
        # in one piece: the second of two small writes would wait for the first one's receipt
        print $client "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: $length\r\n\r\n$body" or return;
    }
}
