# Process 1 of a stage's namespaces: sh init.sh <side> <node> <worker> <settings> <burst> <rate> <loss> <delay>
# side      whole: no shaping. server, generator: the two ends of a shaped link.
# settings  JSON for the sysctl worker, which must run here: without root only this chain holds the capabilities. '' = none.
# burst, rate, loss, delay   bytes, Mbit/s, 1/10000, ms. '' = not shaped.
# Every answer is one line on stdout that starts with the side. What goes wrong is told on stderr, and `<side> failed`;
# a command that is not there by `<side> lacks <command>`.
set -e
side=$1 node=$2 worker=$3 settings=$4 burst=$5 rate=$6 loss=$7 delay=$8
trap 'echo "$side failed"' EXIT
late() {
  echo "the other end of the link did not come up" >&2
  exit 1
}

needs() {
  command -v "$1" >/dev/null && return
  echo "$side lacks $1"
  exit 1
}

if ! command -v ip >/dev/null && command -v perl >/dev/null; then
  # Debian always has perl-base, and not always iproute2: SIOCSIFFLAGS with IFF_UP.
  perl -e 'use Socket; my $up = pack("a16 s x22", "lo", 1);
    socket(ANY, AF_INET, SOCK_DGRAM, 0) && ioctl(ANY, 0x8914, $up) or die "lo cannot be brought up: $!\n"'
else
  needs ip
  ip link set lo up
fi
if [ -n "$settings" ]; then "$node" "$worker" "$side" "$settings"; fi

case $side in
server) own=198.18.0.1 peer=generator ;;
generator) own=198.18.0.2 ;;
esac

if [ "$side" != whole ]; then needs ip; fi
if [ "$side" = server ]; then
  here=$(readlink /proc/self/ns/net)
  unshare -n -- sh "$0" generator "$node" "$worker" "$settings" "$burst" "$rate" "$loss" "$delay" </dev/null &
  holder=$!
  # The other end exists once the child has a network of its own.
  tries=0
  until there=$(readlink "/proc/$holder/ns/net") && [ "$there" != "$here" ]; do
    tries=$((tries + 1))
    [ $tries -lt 500 ] || late
    sleep 0.01
  done
  ip link add lc0 type veth peer name lc0 netns "$holder"
fi
if [ "$side" = generator ]; then
  tries=0
  until ip link show lc0 >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 500 ] || late
    sleep 0.01
  done
fi

if [ "$side" != whole ]; then
  ip addr add "$own/30" dev lc0
  ip link set lc0 up
  if [ -n "$delay$rate" ]; then needs tc; fi
  if [ -n "$delay" ]; then
    tc qdisc add dev lc0 root handle 1: netem delay "${delay}ms" limit 100000
    if [ -n "$rate" ]; then
      tc qdisc add dev lc0 parent 1:1 handle 10: tbf rate "${rate}mbit" burst "$burst" latency 50ms
    fi
  elif [ -n "$rate" ]; then
    tc qdisc add dev lc0 root handle 1: tbf rate "${rate}mbit" burst "$burst" latency 50ms
  fi
  if [ -n "$loss" ]; then
    # One segment a packet: what is lost is what would be lost on a wire, not a bundle of 64 KB.
    ip link set dev lc0 gso_max_segs 1
    # Dropped on arrival: a packet refused at departure would be an error to the sender, not a loss.
    needs nft
    nft add table inet loadcell
    nft 'add chain inet loadcell arrival { type filter hook prerouting priority -300 ; policy accept ; }'
    nft add rule inet loadcell arrival iifname lc0 numgen random mod 10000 '<' "$loss" drop
  fi
fi

if [ "$side" = generator ]; then
  echo "generator ready"
  exec sleep 2147483647
fi

# From here on: nothing but the end of stdin (the runner let go, or died) or SIGKILL ends the stage, and whoever loses
# its parent inside is reaped by the kernel, because SIGCHLD is ignored (a shell cannot ignore it by itself).
trap '' TERM INT HUP
echo "$side ready"
if env --ignore-signal=CHLD true 2>/dev/null; then exec env --ignore-signal=CHLD cat >/dev/null; fi
exec cat >/dev/null
