#!/bin/bash
# The Slurm script of backtest/sweep/README.md on a real Slurm of one node, end to end:
#
#   tests/slurm/array.sh PROGRAM
#
# Key, sockets, state and ports are its own, in a temporary folder; it ends what it started, and
# only that. Exit status 77, and a line that says why, where this machine cannot start Slurm.
set -euo pipefail
program=$(realpath "${1:?usage: $0 PROGRAM}")
source=$(dirname "$(dirname "$(dirname "$(realpath "$0")")")")
folder=$(mktemp -d)
pids=()

finish() {
  local pid
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$folder"
}
trap finish EXIT

cannot() {
  echo "SKIPPED: Slurm cannot be started here: $1"
  tail -n 5 "$folder"/*.log 2>/dev/null || true
  exit 77
}

# within SECONDS COMMAND...: until the command succeeds, or the time is over.
within() {
  local end=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 0.1
  done
}

# free_port FROM: the first port from there on that nobody listens to.
free_port() {
  local port=$1
  while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done
  echo "$port"
}

configure() {
  local node=$1 control worker
  control=$(free_port $((20000 + RANDOM % 20000)))
  worker=$(free_port $((control + 1)))
  cat >"$folder/slurm.conf" <<END
ClusterName=sweep
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$control
SlurmdPort=$worker
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
  # Where control groups of the second kind are not mounted, Slurm does not find out by itself.
  [[ -e /sys/fs/cgroup/cgroup.controllers ]] ||
    echo 'CgroupPlugin=cgroup/v1' >"$folder/cgroup.conf"
  mkdir -p "$folder/state" "$folder/spool"
}

start() {
  local tool
  for tool in munged slurmctld slurmd sbatch squeue sinfo; do
    PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || cannot "there is no $tool"
  done
  ((EUID == 0)) || cannot "it needs root"
  PATH=$PATH:/usr/sbin
  chmod 0755 "$folder"
  configure "$(hostname -s)"
  export SLURM_CONF=$folder/slurm.conf
  (umask 077 && head -c 1024 /dev/urandom >"$folder/munge.key")
  munged --foreground --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
    --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" \
    --seed-file="$folder/munge.seed" --num-threads=2 --force >"$folder/munge-out.log" 2>&1 &
  pids+=($!)
  within 10 munge -S "$folder/munge.socket" -n || cannot "munged gives no credentials"
  slurmctld -D >"$folder/slurmctld.log" 2>&1 &
  pids+=($!)
  slurmd -D >"$folder/slurmd.log" 2>&1 &
  pids+=($!)
  is_idle() { [[ $(sinfo --noheader --format=%T) == idle ]]; }
  within 30 is_idle || cannot "the node does not come up"
}

# The first script of the README, and the files and the program that it names.
prepare() {
  awk '/^#!\/bin\/bash/ {on = 1} /^```/ {if (on) exit} on' "$source/backtest/sweep/README.md" \
    >"$folder/sweep.sh"
  grep -q '^#SBATCH' "$folder/sweep.sh"
  cp "$source/data/sample.csv" "$folder/history.csv"
  cp "$source/data/example.toml" "$folder/settings.toml"
  cat >"$folder/grid.toml" <<'END'
[parameters]
defaults.take_profit_pct = [0.4, 0.8, 1.2]
defaults.stop_loss_pct = { from = 1, to = 3, step = 1 }
[statistics]
period = "12h"
END
  mkdir "$folder/bin"
  ln -s "$program" "$folder/bin/tranchet"
  export PATH=$folder/bin:$PATH
}

start
prepare
cd "$folder"
sbatch --parsable sweep.sh >job
is_done() { [[ -z $(squeue --noheader --job "$(cat job)") ]]; }
# Not sbatch --wait, which looks every ten seconds.
within 120 is_done || { echo "failed: the array does not end"; exit 1; }
cat sweep-?.log
tranchet sweep merge sweep-?.sqlite --out merged.sqlite
# Of this process alone: nobody's shard.
tranchet sweep --data history.csv --instrument DEMOUSDT --config settings.toml --grid grid.toml \
  --out whole.sqlite
cmp merged.csv whole.csv
cmp merged.html whole.html
echo "a Slurm array of $(ls sweep-?.sqlite | wc -l) tasks gives what one process gives"
