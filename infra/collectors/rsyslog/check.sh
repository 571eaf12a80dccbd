#!/bin/sh
# Runs hinomi.conf in a real rsyslogd on loopback, sends it the sample lines as firewalls do (TLS with octet counting,
# TLS with line feeds, plain TCP, datagrams), and compares what it writes with events/collectors/rsyslog.ndjson, but
# for the times of receipt. Needs rsyslog, rsyslog-gnutls, openssl and python3; leaves nothing behind.
#
#   infra/collectors/rsyslog/check.sh            compares
#   infra/collectors/rsyslog/check.sh --write    writes the fixture anew; give the lines a time of the last minutes first,
#                                                or Hinomi will say that the firewalls' clocks are wrong
set -eu
here=$(cd "$(dirname "$0")" && pwd)
events=$here/../../../events/collectors
work=$(mktemp -d)
daemon=
finish() {
    [ -z "$daemon" ] || kill "$daemon" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
mkdir "$work/tls" "$work/queue" "$work/out"
cd "$work"

new_key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
# shellcheck disable=SC2086 # The words of new_key are meant to be split.
{
    openssl req -x509 $new_key -days 2 -subj /CN=ca.example -keyout tls/ca.key -out tls/ca.pem
    openssl req $new_key -subj /CN=collector.example -keyout tls/collector.key -out tls/request.pem
    openssl x509 -req -in tls/request.pem -CA tls/ca.pem -CAkey tls/ca.key -CAcreateserial -days 2 \
        -out tls/collector.pem
} 2>/dev/null

# Two ports that nobody uses now, and paths of our own; all else is the configuration as it ships.
ports=$(python3 -c 'import socket
s = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(x.getsockname()[1] for x in s))')
tls_port=${ports% *}
plain_port=${ports#* }
sed -e "s#/etc/hinomi/tls#$work/tls#; s#/var/spool/rsyslog#$work/queue#; s#/var/spool/hinomi#$work/out#" \
    -e "s/ fileGroup=\"[^\"]*\"//" \
    -e "s/port=\"6514\"/address=\"127.0.0.1\" port=\"$tls_port\"/" \
    -e "s/port=\"1514\"/address=\"127.0.0.1\" port=\"$plain_port\"/" "$here/hinomi.conf" >run.conf
rsyslogd -N1 -f run.conf 2>messages || { cat messages; exit 1; }
rsyslogd -n -f "$work/run.conf" -i "$work/pid" 2>messages &
daemon=$!

python3 - "$events" "$tls_port" "$plain_port" <<'PYTHON'
import socket, ssl, sys, time

events, tls_port, plain_port = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def lines(name):
    with open(f"{events}/{name}.log", "rb") as file:
        return file.read().splitlines()


def connect(port, address):
    # The daemon may still be starting.
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", port), source_address=(address, 0))
        except ConnectionRefusedError:
            time.sleep(0.05)
    sys.exit("rsyslogd does not listen")


def send(port, address, data, with_tls):
    stream = connect(port, address)
    if with_tls:
        context = ssl.create_default_context(cafile="tls/ca.pem")
        stream = context.wrap_socket(stream, server_hostname="collector.example")
    stream.sendall(data)
    if with_tls:
        # Says that all was sent; what the daemon answers to that does not matter.
        try:
            stream.unwrap()
        except (OSError, ssl.SSLError):
            pass
    stream.close()
    # Sessions are read side by side; their order is kept by finishing one before the next begins.
    time.sleep(0.3)


counted = b"".join(b"%d %s" % (len(line), line) for line in lines("fortigate"))
fed = b"".join(line + b"\n" for line in lines("panos"))
send(tls_port, "127.0.0.11", counted, True)
send(tls_port, "127.0.0.12", fed, True)
send(plain_port, "127.0.0.11", counted, False)
send(plain_port, "127.0.0.12", fed, False)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
    datagrams.bind(("127.0.0.12", 0))
    for line in lines("panos"):
        datagrams.sendto(line, ("127.0.0.1", plain_port))
time.sleep(0.5)
PYTHON

kill "$daemon"
wait "$daemon" || true
daemon=
cat out/*.ndjson >written
# What came by TLS is the fixture; what came in plain, by TCP and as datagrams, must be the same once more.
head -n 11 written >by-tls
if [ "${1-}" = --write ]; then
    cp by-tls "$events/rsyslog.ndjson"
    echo "written: $events/rsyslog.ndjson"
    exit 0
fi
sed 's/"received":"[^"]*"/"received":"T"/' "$events/rsyslog.ndjson" >expected
sed 's/"received":"[^"]*"/"received":"T"/' written >found
{
    cat expected expected
    tail -n 5 expected
} | diff - found || { cat messages; exit 1; }
echo "rsyslog: $(wc -l <found) envelopes as expected"
