#!/bin/bash
# The life of the package on the machine that run.sh has made: installed, started, stopped,
# upgraded, removed. Each line "passed: " or "failed: " is one check.
set -uo pipefail
cd /check || exit
export DEBIAN_FRONTEND=noninteractive
log=/var/lib/tranchet/paper/tranchet-log
# The network is that of the machine around.
twin=https://127.0.0.1:38443

# check WHAT COMMAND...: does it succeed?
check() {
  local what=$1
  shift
  if "$@" >/check/said 2>&1; then
    echo "passed: $what"
  else
    echo "failed: $what: $*"
    tail -n 20 /check/said
  fi
}
# expect WHAT EXPECTED GOT
expect() {
  if [[ $2 == "$3" ]]; then
    echo "passed: $1"
  else
    printf 'failed: %s\n  expected %s\n  got      %s\n' "$1" "$2" "$3"
  fi
}
# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.2
  done
}
property() { systemctl show --value -p "$2" "tranchet@$1"; }
# noted NAME TEXT: has that service said it since it was started last?
noted() {
  journalctl -q -o cat "_SYSTEMD_INVOCATION_ID=$(property "$1" InvocationID)" | grep -qE "$2"
}
install_package() { apt-get install -y -q --no-install-recommends "/check/$1.deb"; }

# ---- The older version, from nothing.
apt-get update -q >/check/said 2>&1
check "installed, with what it depends on" install_package older
expect "the program says its version" "tranchet 0.0.9" "$(tranchet --version | cut -d ' ' -f 1,2)"
expect "an installation starts nothing" "" \
  "$(systemctl list-units --plain --no-legend 'tranchet@*')"
check "the unit is as it should be" systemd-analyze verify --man=no tranchet@paper.service
exposure=$(systemd-analyze security --no-pager tranchet@paper.service |
  sed -n 's/.*Overall exposure level.*: \([0-9.]*\) .*/\1/p')
echo "systemd-analyze security: ${exposure:-?}"
check "its exposure is at most 2.0" test "$(tr -d . <<<"${exposure:-99}")" -le 20

# The venue: a fall of seven hours in less than a minute, again and again.
cat >accounts.toml <<'END'
[[account]]
user = "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e"
signer = "0x21cF8Ae13Bb72632562c6Fff438652Ba1a151bb0"
balance = "10000"
position_mode = "hedge"
END
systemd-run -q --unit=twin --setenv=TMPDIR=/check --property=StandardOutput=file:/check/twin \
  /usr/bin/tranchet venue aster --listen "${twin#https://}" \
  --tape BTCUSDT=/check/prices.csv --tape ETHUSDT=/check/prices.csv \
  --accounts /check/accounts.toml --speed 600 --loop
until_true 20 grep -q listening twin
install -m 644 "$(sed -n 's/^certificate //p' twin)" /etc/tranchet/venue.pem
venue="[venue]
rest = \"$twin\"
stream = \"wss${twin#https}\"
certificates = \"/etc/tranchet/venue.pem\""
# A person's own lines in the file that came with the package.
sed -i 's/^drop_pct = 1$/drop_pct = 0.2/' /etc/tranchet/paper.toml
printf '\n%s\n\n[live]\nsnapshot_events = 500\n' "$venue" >>/etc/tranchet/paper.toml
printf '\n[gateway]\nlisten = "127.0.0.1:38080"\n' >>/etc/tranchet/paper.toml
written=$(sha256sum </etc/tranchet/paper.toml)

# ---- It runs, as the unit says.
check "enabled and started, and it is ready" systemctl enable --now tranchet@paper
expect "active" active "$(property paper ActiveState)"
# A machine that may raise no limit cannot give it.
if prlimit --rtprio=1:1 true 2>/dev/null; then
  check "the writer has its priority without a capability" until_true 5 noted paper real_time=yes
fi
healthy() {
  exec 3<>/dev/tcp/127.0.0.1/38080 || return 1
  printf 'GET /healthz HTTP/1.0\r\nHost: 127.0.0.1:38080\r\n\r\n' >&3
  head -n 1 <&3 | grep -q ' 200 '
}
check "the gateway answers" until_true 10 healthy
dashboard() {
  exec 3<>/dev/tcp/127.0.0.1/38080 || return 1
  printf 'GET / HTTP/1.0\r\nHost: 127.0.0.1:38080\r\n\r\n' >&3
  (($(wc -c <&3) > 50000))
}
check "the dashboard is in the program" dashboard
traded() { (($(tranchet log cat "$log" | grep -c OrderFilled) > $1)); }
check "it trades on paper" until_true 40 traded 3
owner=$(stat -c %u /var/lib/private/tranchet/paper)
check "its user is a dynamic one" test "$owner" -ge 61184 -a "$owner" -le 65519
expect "its folder is its own" 700 "$(stat -c %a /var/lib/private/tranchet/paper)"

check "a configuration is read again" systemctl reload tranchet@paper
sed -i 's/^max_total_value = 3000$/max_total_value = 2900/' /etc/tranchet/paper.toml
systemctl reload tranchet@paper
check "and what changed is in the log" until_true 10 noted paper "key=defaults.max_total_value"
written=$(sha256sum </etc/tranchet/paper.toml)

check "stopped" systemctl stop tranchet@paper
expect "with status 0" "success 0" "$(property paper Result) $(property paper ExecMainStatus)"
check "the log is whole" tranchet log check "$log"

# A writer that hangs is found by its silence, and one that lives is left alone.
mkdir -p /run/systemd/system/tranchet@paper.service.d
printf '[Service]\nWatchdogSec=2\nRestartSec=100ms\n' \
  >/run/systemd/system/tranchet@paper.service.d/dog.conf
systemctl daemon-reload
systemctl start tranchet@paper
before=$(property paper MainPID)
sleep 5
expect "who lives is left alone" "$before 0" "$(property paper MainPID) $(property paper NRestarts)"
kill -STOP "$before"
restarted() { [[ $(property paper NRestarts) == 1 && $(property paper ActiveState) == active ]]; }
check "who hangs is started again" until_true 20 restarted
rm -r /run/systemd/system/tranchet@paper.service.d
systemctl daemon-reload

# ---- The newer version, over what the older one wrote and while it trades.
for file in golden/*.jsonl; do
  tranchet log import "$file" "of-$(basename "$file" .jsonl)" >/dev/null
done
before=$(property paper MainPID)
check "upgraded" install_package newer
expect "the program says its version" "tranchet $(dpkg-query -W -f '${Version}' tranchet)" \
  "$(tranchet --version | cut -d ' ' -f 1,2)"
check "what ran goes on with the new program" test "$(property paper MainPID)" != "$before"
check "and is ready" until_true 20 test "$(property paper ActiveState)" = active
newer=$(dpkg-query -W -f '${Version}' tranchet)
check "as the new build" until_true 5 noted paper "build=.tranchet $newer "
expect "a person's lines are kept" "$written" "$(sha256sum </etc/tranchet/paper.toml)"
fills=$(tranchet log cat "$log" | grep -c OrderFilled)
check "it goes on trading" until_true 40 traded "$fills"
check "stopped" systemctl stop tranchet@paper
check "the log is whole" tranchet log check "$log"
check "and decides what it decided" tranchet replay --verify "$log"
while read -r name commands state; do
  [[ $name == '#'* || -z $name ]] && continue
  json=$(tranchet replay --verify --json "of-$name")
  expect "a log of the older version decides the same: $name" "$commands $state" \
    "$(sed -nE 's/.*"command_digest": *"([0-9a-f]+)".*/\1/p' <<<"$json" | head -n 1) $(
      sed -nE 's/.*"state_digest": *"([0-9a-f]+)".*/\1/p' <<<"$json" | head -n 1)"
done <golden/DIGESTS
systemctl start tranchet@paper

# ---- For real, at the twin: the keys are a credential.
{
  sed -e '/^\[venue\]/,$d' -e 's/^drop_pct.*/drop_pct = 90/' /etc/tranchet/paper.toml
  printf '%s\nkeys = "keys"\n[gateway]\nlisten = "127.0.0.1:38081"\nusers = "users"\n' "$venue"
} >/etc/tranchet/real.toml
mkdir -p /etc/systemd/system/tranchet@real.service.d
cp /usr/share/doc/tranchet/examples/live.conf /etc/systemd/system/tranchet@real.service.d
echo 'LoadCredential=users:/etc/tranchet/real.users' \
  >>/etc/systemd/system/tranchet@real.service.d/live.conf
(
  umask 077
  echo 'user = "0x63DD5aCC6b1aa0f563956C0e534DD30B6dcF7C4e"
key = "0x4fd0a42218f3eae43a6ce26d22544e986139a01e5b34a62db53757ffca81bae1"' >/etc/tranchet/real.keys
  echo 'ann operator canary0token0canary0token0canary0token' >/etc/tranchet/real.users
)
systemctl daemon-reload
check "for real, with keys that only root can read" systemctl start tranchet@real
check "it is for real" until_true 5 noted real mode=live
check "the venue takes the keys" until_true 20 noted real "event=connected .*stream=user"
check "its users are a credential too" until_true 10 noted real event=gateway
systemctl stop tranchet@real
expect "stopped with status 0" "success 0" "$(property real Result) $(property real ExecMainStatus)"
rm -r /etc/systemd/system/tranchet@real.service.d /etc/tranchet/real.* /etc/tranchet/venue.pem

# ---- Gone, but for the logs.
check "removed" apt-get remove -y -q tranchet
expect "what ran was stopped" inactive "$(systemctl is-active tranchet@paper)"
check "a person's configuration stays" test -e /etc/tranchet/paper.toml
check "purged" apt-get purge -y -q tranchet
systemctl stop twin
left=$(find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /check \) -prune -o \
  -name '*tranchet*' -print | grep -vE '^/var/lib/(private/)?tranchet(/|$)')
expect "nothing is left" "" "$left"
expect "nor a user or a group" "" "$(grep -h tranchet /etc/passwd /etc/group)"
check "but the logs" test -s /var/lib/private/tranchet/paper/tranchet-log/data.mdb -a \
  -s /var/lib/private/tranchet/real/tranchet-log/data.mdb
echo end
