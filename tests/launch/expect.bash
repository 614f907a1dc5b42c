# Sourced by the tests of mpyx-run: `try` runs it, `expect_...` look at what came, and the test ends with `exit $bad`.
# shellcheck shell=bash disable=SC2034,SC2119,SC2120   # variables that the tests read, arguments that they leave out
set -u
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mpyx_run=${MPYX_RUN_UNDER_TEST:-$tests/../../launch/mpyx-run}

# Root gets a /dev/shm of its own, so that jobs of others beside the test are not taken for left-overs of it.
if [ "$(id -u)" = 0 ] && [ -z "${LAUNCH_TEST_ALONE:-}${EMULATED_HOSTS:-}" ] &&
   unshare --mount --propagation private mount -t tmpfs -o mode=1777 tmpfs /dev/shm 2>/dev/null; then
  export LAUNCH_TEST_ALONE=yes
  # shellcheck disable=SC2016
  exec unshare --mount --propagation private sh -c 'mount -t tmpfs -o mode=1777 tmpfs /dev/shm && exec "$0" "$@"' "$0" "$@"
fi

unset "${!SLURM_@}" "${!OMPI_@}" "${!MPYX_@}" OMP_NUM_THREADS OMP_THREAD_LIMIT   # of a job in which the tests may run
scratch=$(mktemp -d "${TMPDIR:-/tmp}/launch-test.XXXXXX") || exit 2
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/tmp"
# All processes of a try know this word, so that those left can be found. Only mpirun's ranks get what is named MPYX_.
mark=LAUNCH_TEST=$(basename "$scratch")
bad=0 tried='' status=0 made='' job=0 took=0

complain() {
  [ "$tried" = '' ] || echo "when trying: $tried"
  tried=''
  echo "  $*"
  bad=1
}

# try ARGUMENT...: mpyx-run with them. TMPDIR is a folder of its own. Its standard input is the file `input`, its PATH `path`.
try() {
  tried="mpyx-run $*"
  env "$mark" TMPDIR="$scratch/tmp" PATH="${path:-$PATH}" timeout -k 5 60 "$mpyx_run" "$@" >"$scratch/out" 2>"$scratch/err" <"${input:-/dev/null}"
  status=$?
  [[ $status != 124 && $status != 137 ]] || complain "did not end within 60 s"
}

out() { cat "$scratch/out"; }
err() { cat "$scratch/err"; }
expect_status() { [ "$status" = "$1" ] || complain "status $status, expected $1: $(tail -n 3 "$scratch/err")"; }
expect_out() { grep -qF -e "$1" "$scratch/out" || complain "no line with '$1' in: $(out)"; }
expect_err() { grep -qF -e "$1" "$scratch/err" || complain "no line with '$1' in: $(err)"; }
# On a busy machine Open MPI's start over ssh says that a child has begun before its process group was set.
expect_no_err() { ! grep -qv 'plm:rsh: Warning: setpgid' "$scratch/err" || complain "unexpected: $(err)"; }
expect_exactly() { diff <(cat) "$scratch/out" >"$scratch/diff" || complain "other output (< expected): $(cat "$scratch/diff")"; }   # on stdin
# What it refuses: status and words, and nothing on stdout.
refuses() { local expected=$1 words=$2; shift 2; try "$@"; expect_status "$expected"; expect_err "$words"; [ ! -s "$scratch/out" ] || complain "printed: $(out)"; }

processes() { grep -alsxzF -e "$mark" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }
segments() { find /dev/shm -mindepth 1 -maxdepth 1 -user "$(id -u)" 2>/dev/null | sort; }
segments >"$scratch/segments"
# Those that came since and that no living process maps.
left_segments() {
  comm -13 "$scratch/segments" <(segments) | while read -r segment; do
    grep -qsF -e "$segment" /proc/[0-9]*/maps || [ ! -e "$segment" ] || echo "$segment"
  done
}

# How much longer than on an idle machine something may take now.
slowness() { awk -v cores="$(nproc)" '{print 2 + int($1 / cores)}' /proc/loadavg; }

# expect_nothing_left [SECONDS]: no process (within that time on an idle machine), no file, no segment that nobody uses.
expect_nothing_left() {
  local alive left files
  for _ in $(seq $((${1:-1} * 20 * $(slowness)))); do
    alive=$(processes)
    [ -n "$alive" ] || break
    sleep 0.05
  done
  if [ -n "$alive" ]; then
    complain "processes left: $(ps -o pid,ppid,args -p "$(paste -sd, <<<"$alive")")"
    xargs kill -9 <<<"$alive"
  fi
  files=$(find "$scratch/tmp" -mindepth 1)
  [ -z "$files" ] || complain "files left: $files"
  for _ in $(seq 25); do   # beside other jobs: one of theirs may be between its last user and its end
    left=$(left_segments)
    [ -n "$left" ] || break
    sleep 0.2
  done
  [ -z "$left" ] || complain "shared memory left: $left"
}

# a_program NAME: a shell script from stdin, made executable; its path is in `made`.
a_program() {
  made=$scratch/$1
  { echo '#!/bin/bash'; cat; } >"$made"
  chmod +x "$made"
}

# begin ARGUMENT...: mpyx-run in the background, as `job`; its output is in the same files. It heeds SIGINT, as from a terminal.
begin() {
  tried="mpyx-run $*"
  : | tee "$scratch/out" >"$scratch/err"
  env --default-signal=INT "$mark" TMPDIR="$scratch/tmp" "$mpyx_run" "$@" >"$scratch/out" 2>"$scratch/err" <"${input:-/dev/null}" &
  job=$!
}
# await WORDS FILE: until out or err has them, 30 s at most.
await() {
  for _ in $(seq 600); do
    grep -qsF -e "$1" "$scratch/$2" && return
    kill -0 "$job" 2>/dev/null || break
    sleep 0.05
  done
  complain "nothing said '$1' within 30 s: $(out) $(err)"
}
# await_end SECONDS: sets status and took (ms); a job that takes longer is killed.
await_end() {
  local began
  began=$(date +%s%N)
  for _ in $(seq $(($1 * 20))); do kill -0 "$job" 2>/dev/null || break; sleep 0.05; done
  if kill -0 "$job" 2>/dev/null; then complain "did not end within $1 s"; kill -9 "$job"; fi
  wait "$job" 2>/dev/null
  status=$?
  took=$((($(date +%s%N) - began) / 1000000))
}
