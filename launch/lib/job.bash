# Runs mpirun: passes signals on, watches over its end, finds the exit status. Part of mpyx-run.
# shellcheck shell=bash disable=SC2034,SC2154   # variables of mpyx-run and its other parts
#
# mpirun runs in a session of its own, because it would take a Ctrl-C for itself and give its ranks one second. Instead it gets
# SIGUSR1, which it passes on to the ranks, and which the coordinator takes for Ctrl-C. The coordinator also writes its exit status into
# the file that MPYX_RUN_STATUS names: mpirun would report the first rank that failed. What mpirun itself has to say goes to
# another file, and is shown unless the coordinator has said it better; a third one tells the job's number. None of them has a
# name in any folder: they can only be reached through this process, so nobody has to remove them.

job=0 job_status=0 interrupts=0 terminations=0 passed_interrupts=0 passed_terminations=0
guards=()   # processes of ours that have to end with the job

# open_file NAME: sets NAME to the descriptor of an empty file without a name.
open_file() {
  local file
  file=$(mktemp "${TMPDIR:-/tmp}/mpyx-run.XXXXXX") || refuse 3 "no file can be made in ${TMPDIR:-/tmp}"
  exec {opened}<>"$file"
  rm -f "$file"
  printf -v "$1" %s "$opened"
}
open_files() {
  open_file status_fd
  open_file words_fd
  open_file contact_fd
  export MPYX_RUN_STATUS=/proc/$$/fd/$status_fd
}
status_told() { cat "$MPYX_RUN_STATUS"; }
words_of_mpirun() { cat "/proc/$$/fd/$words_fd"; }

# Waits without a process of its own, which somebody would have to end.
nap() { read -r -t "$1" -u "$never_fd" _; }

# What lives of the job on this machine, but mpirun.
members() {
  local file line
  for file in /proc/[0-9]*/stat; do
    read -r line <"$file" || continue
    [[ ${line##*) } =~ ^[^ZX]\ [0-9]+\ [0-9]+\ $job\  ]] && [ "${file//[^0-9]/}" != "$job" ] && echo "${file//[^0-9]/}"
  done
} 2>/dev/null
kill_members() { members | xargs -r kill -KILL 2>/dev/null; }

# end_job TERM KILL: asks mpirun to end after TERM seconds, which takes it two more, and kills it KILL seconds later. It must get
# SIGTERM once only: a second one makes it leave its ranks behind.
end_job() {
  nap "$1"
  kill -TERM "$job"
  nap "$2"
  kill -KILL "$job"
} 2>/dev/null

# After the second Ctrl-C: the coordinator has a second to stop and to say so. mpirun ends when its ranks have, unless it has to
# wait for other hosts: they end their ranks by themselves, within 2 s, when it is gone.
abort_job() {
  local tenth
  for ((tenth = 0; tenth < 10; ++tenth)); do
    [ -z "$(status_told)" ] || break
    nap 0.1
  done
  kill_members
  nap 0.7
  kill -KILL "$job" 2>/dev/null
}

ranks_run_here() {
  local pid
  for pid in $(members); do ! grep -qz ^OMPI_COMM_WORLD_RANK= "/proc/$pid/environ" || return 0; done
  return 1
}

# Two things could keep mpirun for ever. When the coordinator has given up, it has to end soon: a host that does not answer must not
# keep it. And no rank runs, here either, before every host has called back, which one behind a firewall never does.
guard_job() {
  local seconds=0 started=no limit=${MPYX_START_SECONDS:-60}
  { any_here && ! only_here; } || started=unknown
  while kill -0 $$ && kill -0 "$job"; do
    nap 1
    [ -z "$(status_told)" ] || { end_job 15 5; return; }
    [ $started = no ] || continue
    if ranks_run_here; then
      started=yes
    elif [ $((++seconds)) = "$limit" ]; then
      say "no rank has started in $limit s: Open MPI waits for a host that does not call back (a firewall?); nothing was run." \
        "'mpyx-run doctor' with the same hosts tells more; MPYX_START_SECONDS sets how long to wait" 2>&"$stderr_fd"
      echo 3 >"$MPYX_RUN_STATUS"
      end_job 0 5
      return
    fi
  done
} {stderr_fd}>&2 2>/dev/null

# Rank 0 itself if it is here; otherwise mpirun hands it on, which it does not do without a word.
coordinator_process() {
  local pid
  for pid in $(members); do
    [[ $(<"/proc/$pid/stat") =~ \)\ [A-Z]\ $job\  ]] && grep -qzx OMPI_COMM_WORLD_RANK=0 "/proc/$pid/environ" && echo "$pid" && return
  done
  echo "$job"
} 2>/dev/null

on_interrupt() {
  interrupts=$((interrupts + 1))
  [ "$job" = 0 ] || pass_interrupt
}
on_terminate() {
  terminations=$((terminations + 1))
  [ "$job" = 0 ] || pass_termination
}
pass_interrupt() {
  passed_interrupts=$interrupts
  kill -USR1 "$(coordinator_process)" 2>/dev/null
  [[ $interrupts != 2 || $terminations != 0 ]] || { abort_job & guards+=($!); }
}
pass_termination() {
  [ $passed_terminations = 0 ] || return
  passed_terminations=$terminations
  end_job 0 8 &
  guards+=($!)
}

# A terminal is read by a process of its own: mpirun, outside its session, would not.
standard_input() {
  if [ -t 0 ]; then
    exec {input_fd}< <(trap '' INT TTIN; exec setpriv --pdeathsig KILL cat 2>/dev/null)
    guards+=($!)
  else
    exec {input_fd}<&0
  fi
}

start_job() {
  exec {never_fd}<> <(:)
  standard_input
  trap on_interrupt INT
  trap on_terminate TERM HUP
  # Open MPI writes its own messages to the descriptor of that name; the ranks' go to stderr, as anything of theirs.
  OPAL_OUTPUT_STDERR_FD=$words_fd setsid setpriv --pdeathsig TERM "${command[@]}" \
    <&"$input_fd" {input_fd}<&- {status_fd}>&- {contact_fd}>&- {never_fd}>&- &
  job=$!
  [ $interrupts = $passed_interrupts ] || pass_interrupt   # what came before there was a job
  [ $terminations = 0 ] || pass_termination
  exec {input_fd}<&-
  guard_job &
  guards+=($!)
}

# A signal ends a wait as well; only a wait without one returned the job's status.
await_job() {
  local before=-1
  while [ $before != $((interrupts + terminations)) ]; do
    before=$((interrupts + terminations))
    wait "$job"
    job_status=$?
  done
} 2>/dev/null

# What is left of a job that did not end well: ranks whose mpirun was killed, and what Open MPI then does not remove: the job's
# folder, and its segments in /dev/shm, which bear the upper half of the job's number.
sweep() {
  local tries number folder
  folder=${TMPDIR:-/tmp}/ompi.$(uname -n | cut -d. -f1).$(id -u)
  for ((tries = 0; tries < 20; ++tries)); do
    [ -n "$(members)" ] || break
    kill_members
    nap 0.1
  done
  [ "$job_status" != 0 ] || return
  rm -rf "$folder/pid.$job"
  rmdir "$folder"
  number=$(cut -d. -f1 "/proc/$$/fd/$contact_fd")
  [ -z "$number" ] || rm -f /dev/shm/vader_segment.*."$(id -u).$(printf %x $((number >> 16)))"????.*
} 2>/dev/null

# explain WORDS: one line for what mpirun says at length (all of it in one line), else its own words.
explain() {
  local words=$1
  local killed='process rank ([0-9]+) with PID [0-9]+ on node ([^ ]+) exited on signal ([0-9]+ [(][^)]*[)])'
  local silent='Remote daemon: [^ ]+ on node ([^ ]+)' missing='Executable: (.*) Node: ([^ ]+)'
  if [[ $words =~ $killed ]]; then
    say "rank ${BASH_REMATCH[1]} on host ${BASH_REMATCH[2]} was killed by signal ${BASH_REMATCH[3]}; the job ends"
  elif [[ $words =~ $silent ]]; then
    say "host ${BASH_REMATCH[1]} does not answer any more; the job ends"
  elif [[ $words =~ $missing ]]; then
    say "host ${BASH_REMATCH[2]} cannot run ${BASH_REMATCH[1]}: the program must be there, under the same path, and executable"
  elif [[ $words == *'unable to reliably start one or more daemons'* ]]; then
    say "Open MPI could not be started on every host; nothing was started. 'mpyx-run doctor' with the same hosts tells which and why"
  elif [ -n "$words" ]; then
    words_of_mpirun | grep -vE '^-{60,}$' | cat -s >&2
  fi
}

# The first rank of each host names those of its host that die; mpirun knows of its own death only.
named_by_library() {
  local i first=0
  [[ $1 =~ process\ rank\ ([0-9]+) ]] || [[ $1 == *'Primary job terminated'* ]] || return
  for ((i = 0; i < ${#host_ranks[@]}; ++i)); do
    [ "$first" != "${BASH_REMATCH[1]:-}" ] || return
    first=$((first + host_ranks[i]))
  done
}

# What a status above 128 usually is.
meaning_of() {
  local name
  name=$(kill -l $(($1 - 128)) 2>/dev/null)
  if [ -n "$name" ]; then echo "killed by signal $(($1 - 128)), SIG$name"; else echo "mpirun ended with status $1"; fi
}

# The coordinator's word counts. It says nothing when main() returned 0, or without the library: then mpirun's status does.
finish() {
  local told words
  told=$(status_told)
  words=$(words_of_mpirun | tr -s '\n ' '  ')
  if [[ $told = 143 && $terminations = 0 && $job_status != 143 ]]; then   # mpirun was faster, and sent the SIGTERM
    named_by_library "$words" || explain "$words"
    exit 4
  fi
  [ -z "$told" ] || exit "$told"
  if [ "$job_status" != 0 ]; then
    [ $terminations = 0 ] || exit 143
    [ $interrupts = 0 ] || exit 130
  fi
  case $words in
    *'Primary job terminated'* | *'exited with non-zero status'* | *'mpirun noticed that process'* | *'lost communication'* | '')
      [ "$job_status" -gt 128 ] || exit "$job_status"
      if [[ $words == *noticed* || $words == *'lost communication'* ]]; then
        explain "$words"
      else
        say "a rank was lost ($(meaning_of "$job_status")), and mpirun does not say which; the job ends"
      fi
      exit 4
      ;;
  esac
  explain "$words"
  exit "$((job_status == 0 ? 0 : 3))"
}

run_job() {
  start_job
  await_job
  trap '' INT TERM HUP
  kill "${guards[@]}" 2>/dev/null
  wait 2>/dev/null
  sweep
  finish
}
