# The way out of a container that has no network: what connects to its loopback is carried over stdin and stdout.
#
#     perl relay.pl PORT WINDOW
#
# Frames: connection (32 bits), kind (8 bits), length (32 bits), payload. Of a connection no more than WINDOW bytes are
# under way in one direction, so that one that nobody reads holds up no other. A connection gets its number with its
# first bytes: numbers come to the host in order. Perl, because every Debian has it.

use strict;
use Errno qw(EAGAIN EINTR);
use IO::Select;
use IO::Socket::INET;

my ($port, $window) = @ARGV;
my ($DATA, $END, $ROOM, $RESET, $READY) = (0 .. 4);
my (%connections, %by_descriptor, $input);
my $last = 0;
$SIG{PIPE} = 'IGNORE';

my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 128, ReuseAddr => 1)
    or die "cannot listen on port $port: $!\n";
$listener->blocking(0);
say_to_host(0, $READY, '');

while (1) {
    my ($reading, $writing) = (IO::Select->new(\*STDIN, $listener), IO::Select->new);
    for my $it (values %by_descriptor) {
        $reading->add($it->{socket}) if $it->{reading} && $it->{room} > 0;
        $writing->add($it->{socket}) if length $it->{pending};
    }
    my ($readable, $writable) = IO::Select->select($reading, $writing);
    for my $socket (@{$writable || []}) { my $it = $by_descriptor{fileno $socket}; flush_to($it) if $it }
    for my $socket (@{$readable || []}) {
        if ($socket == \*STDIN) { from_host() }
        elsif ($socket == $listener) { accept_one() }
        elsif (defined fileno $socket and my $it = $by_descriptor{fileno $socket}) { from_client($it) }
    }
}

sub accept_one {
    my $socket = $listener->accept or return;
    $socket->blocking(0);
    my $it = { id => 0, socket => $socket, pending => '', room => $window, reading => 1, writing => 1 };
    $by_descriptor{fileno $socket} = $it;
}

sub from_client {
    my ($it) = @_;
    my $got = sysread $it->{socket}, my $chunk, $it->{room} < 65536 ? $it->{room} : 65536;
    if (!defined $got) { reset_by($it) unless $! == EAGAIN || $! == EINTR }
    elsif ($got) {
        $connections{$it->{id} = ++$last} = $it unless $it->{id};
        $it->{room} -= $got;
        say_to_host($it->{id}, $DATA, $chunk);
    }
    elsif (!$it->{id}) { forget($it) }
    else { $it->{reading} = 0; say_to_host($it->{id}, $END, ''); forget($it) unless $it->{writing} }
}

sub from_host {
    sysread(STDIN, $input, 65536, length($input // '')) or exit 0;
    while (length $input >= 9) {
        my ($id, $kind, $length) = unpack 'NCN', $input;
        last if length $input < 9 + $length;
        my $payload = substr $input, 9, $length;
        substr($input, 0, 9 + $length) = '';
        my $it = $connections{$id} or next;
        if ($kind == $DATA) { $it->{pending} .= $payload; flush_to($it) }
        elsif ($kind == $ROOM) { $it->{room} += unpack 'N', $payload }
        elsif ($kind == $END) { $it->{ending} = 1; flush_to($it) }
        elsif ($kind == $RESET) { forget($it) }
    }
}

sub flush_to {
    my ($it) = @_;
    if (length $it->{pending}) {
        my $sent = syswrite $it->{socket}, $it->{pending};
        if (!defined $sent) { reset_by($it) unless $! == EAGAIN || $! == EINTR; return }
        substr($it->{pending}, 0, $sent) = '';
        say_to_host($it->{id}, $ROOM, pack 'N', $sent);
    }
    if ($it->{ending} && $it->{writing} && !length $it->{pending}) {
        $it->{writing} = 0;
        $it->{reading} ? shutdown($it->{socket}, 1) : forget($it);
    }
}

sub reset_by { my ($it) = @_; say_to_host($it->{id}, $RESET, '') if $it->{id}; forget($it) }

sub forget {
    my ($it) = @_;
    delete $by_descriptor{fileno $it->{socket}};
    delete $connections{$it->{id}};
    close $it->{socket};
}

sub say_to_host {
    my $bytes = pack 'NCN/a*', @_;
    while (length $bytes) {
        my $sent = syswrite STDOUT, $bytes;
        exit 0 unless defined $sent || $! == EINTR;
        substr($bytes, 0, $sent // 0) = '';
    }
}
