#!/bin/bash
# run.sh BUILD: the package in a bare Debian whose first process is a systemd of its own.
#
# Prints "passed: " and "failed: " lines; 77: such a machine cannot be had here. What the machine
# said is in BUILD/package/console and journal; its bare root is kept in BUILD/package/root.tar.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)
kept=$build/package
scratch=$(mktemp -d)
root=$scratch/root
trap 'rm -rf "$scratch"' EXIT

skip() {
  echo "SKIPPED: $*"
  exit 77
}

((EUID == 0)) || skip "a machine inside this one needs root"
for tool in mmdebstrap systemd-nspawn lintian; do
  command -v "$tool" >/dev/null || skip "there is no $tool"
done

# The package, and one of the version before: the same but for the program and its name.
package=$(echo "$build"/tranchet_*_amd64.deb)
make_older() {
  dpkg-deb -R "$package" "$scratch/older"
  strip -o "$scratch/older/usr/bin/tranchet" "$build/tranchet_older"
  sed -i 's/^Version: .*/Version: 0.0.9/' "$scratch/older/DEBIAN/control"
  (cd "$scratch/older" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' |
    xargs -0 md5sum >DEBIAN/md5sums)
  dpkg-deb -Zgzip -z1 -b "$scratch/older" "$scratch/older.deb" >/dev/null
}

# Debian, as small as it comes with systemd; made once.
make_root() {
  if [[ ! -s $kept/root.tar ]]; then
    mmdebstrap --quiet --variant=minbase --include=systemd,systemd-sysv \
      --aptopt='Acquire::Languages "none"' --dpkgopt=force-unsafe-io \
      --dpkgopt='path-exclude=/usr/share/locale/*' bookworm "$scratch/root.tar" \
      http://deb.debian.org/debian || skip "Debian's archive cannot be reached"
    mv "$scratch/root.tar" "$kept/root.tar"
  fi
  mkdir "$root"
  tar -C "$root" -xf "$kept/root.tar"
}

# What the machine is to do, and what it needs for it.
furnish() {
  mkdir "$root/check"
  cp "$package" "$root/check/newer.deb"
  cp "$scratch/older.deb" "$root/check/older.deb"
  cp "$here/inside.sh" "$root/check"
  cp -r "$here/../../data/golden" "$root/check"
  # Hours of a fall, at the price of two instruments.
  sed -n '1p;3660,4120p' "$here/../../data/sample.csv" >"$root/check/prices.csv"
  cat >"$root/etc/systemd/system/check.service" <<'END'
[Unit]
Wants=network.target
After=network.target multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /check/inside.sh
StandardOutput=append:/check/result
StandardError=inherit
TimeoutStartSec=300
ExecStopPost=/bin/sh -c 'journalctl --no-pager -o short-precise >/check/journal'
ExecStopPost=/bin/sh -c 'systemctl --no-block poweroff 2>/dev/null'
[Install]
WantedBy=multi-user.target
END
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  ln -s ../check.service "$root/etc/systemd/system/multi-user.target.wants"
  # A machine that nobody sits at.
  ln -sf /dev/null "$root/etc/systemd/system/console-getty.service"
}

# A package of an archive closes a bug of it, and has somebody's address.
check_with_lintian() {
  local tags=initial-upload-closes-no-bugs,bogus-mail-host,bogus-mail-host-in-debian-changelog
  if lintian --allow-root --fail-on error,warning --suppress-tags "$tags" "$package" \
    >"$scratch/lintian" 2>&1; then
    echo "passed: lintian has no warning"
  else
    echo "failed: lintian"
  fi
  cat "$scratch/lintian"
}

make_older
make_root
furnish
check_with_lintian
timeout 400 systemd-nspawn --quiet --directory="$root" --register=no --keep-unit --link-journal=no \
  --boot <"/dev/null" >"$kept/console" 2>&1 || true
cp "$root/check/journal" "$kept/journal" 2>/dev/null || true
if [[ ! -e $root/check/result ]]; then
  tail -n 5 "$kept/console"
  grep -qa multi-user.target "$kept/console" || skip "systemd does not start in a container here"
  echo "failed: the machine started and did nothing"
  exit 1
fi
cat "$root/check/result"
# A script that died on its way has told nothing of what it did not come to.
[[ $(tail -n 1 "$root/check/result") == end ]] || echo "failed: inside.sh did not come to its end"
