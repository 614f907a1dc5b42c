# mpyx-run doctor: one line a check, ok, warn or FAIL, and what to do. Part of mpyx-run.
# shellcheck shell=bash disable=SC2034,SC2154   # variables of mpyx-run and its other parts

failures=0 warnings=0
line() { printf '%-4s  %-26s %s\n' "$1" "$2" "$3"; }
ok() { line ok "$@"; }
warn() { warnings=$((warnings + 1)); line warn "$@"; }
fail() { failures=$((failures + 1)); line FAIL "$@"; }

# Run by sh on each host, on this one as well: one fact a line, a name and a value. $1 is the program to look at, or empty.
# shellcheck disable=SC2016
facts_script='
fact() { echo "$1 $2"; }
fact name "$(uname -n)"
fact machine "$(uname -m)"
fact cores "$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)"
fact memory "$(awk "/^MemAvailable/ {print int(\$2 / 1024)}" /proc/meminfo)"
fact files "$(ulimit -n)"
fact shared "$(df -Pm /dev/shm 2>/dev/null | awk "NR == 2 {print \$4}")"
[ -w /dev/shm ] && fact shared_writable yes
[ -w "${TMPDIR:-/tmp}" ] && fact folder_writable yes
left=$(find /dev/shm -maxdepth 1 -name "vader_segment.*" -user "$(id -u)" 2>/dev/null | while read -r segment; do
  grep -qsF -e "$segment" /proc/[0-9]*/maps || echo "$segment"; done | wc -l)
fact left "$left"
fact orted "$(command -v orted)"
fact version "$({ ompi_info --version || mpirun --version; } 2>/dev/null | sed -n "1s/.*Open MPI[^0-9]*//p")"
fact ffmpeg "$(command -v ffmpeg)"
if [ -n "$1" ]; then
  [ -x "$1" ] && fact executable yes
  [ -r "$1" ] && fact digest "$(sha256sum "$1" | cut -d" " -f1)"
fi
fact end yes
'

declare -A facts=()   # by "INDEX name": what the host of that index said
fact() { printf '%s' "${facts["$1 $2"]:-}"; }

# As mpirun does: srun in a job of Slurm, otherwise the program that its parameter names, ssh when it is not set.
remote_shell() {
  if [ "$hosts_from" = slurm ]; then
    remote=(srun --quiet --overlap --mpi=none --nodes=1 --ntasks=1 --nodelist)
    return
  fi
  read -r -a remote <<<"${OMPI_MCA_plm_rsh_agent:-ssh}"
  [ "${remote[0]##*/}" != ssh ] || remote+=(-o BatchMode=yes -o ConnectTimeout=5)
}

# ask_host INDEX HOST PROGRAM: fills facts; otherwise problem says why not.
ask_host() {
  local index=$1 host=$2 path=$3 answer name value
  problem=''
  if is_here "$host"; then
    answer=$(sh -s -- "$path" <<<"$facts_script" 2>&1)
  else
    [ "$hosts_from" = slurm ] || path=$(quoted "$path")   # a shell of the other host reads it once more
    answer=$(timeout 20 "${remote[@]}" "$host" sh -s -- "$path" <<<"$facts_script" 2>&1)
  fi
  if [ "$(tail -n 1 <<<"$answer")" != "end yes" ]; then
    problem=$(grep -v '^[[:space:]]*$' <<<"$answer" | tail -n 1)
    return 1
  fi
  while read -r name value; do facts["$index $name"]=$value; done <<<"$answer"
}

check_mpirun() {
  look_for_mpirun
  if [ -n "$mpirun_problem" ]; then
    fail "mpirun" "$mpirun_problem"
  elif [[ $mpirun_version == 4.1.* ]]; then
    ok "mpirun" "Open MPI $mpirun_version, $(type -P "$mpirun")"
  else
    warn "mpirun" "Open MPI $mpirun_version, $(type -P "$mpirun"): mpyx is tested with 4.1"
  fi
}

check_slots() {
  local slots i
  slots=$(sum "${host_slots[@]}")
  ok "slots" "$slots on ${host_names[*]}: so many ranks without -n"
  [ "$hosts_from" != here ] || return 0
  for ((i = 0; i < ${#host_names[@]}; ++i)); do
    local cores
    cores=$(fact "$i" cores)
    [ -z "$cores" ] || [ "${host_slots[i]}" -le $((4 * cores)) ] ||
      warn "${host_names[i]}: slots" "${host_slots[i]} slots on $cores cores: good for stages that wait, slow for those that compute"
  done
}

check_open_mpi_of() {   # INDEX HOST
  local version
  version=$(fact "$1" version)
  [ -z "$mpirun_problem" ] || return 0
  if [ -z "$(fact "$1" orted)" ]; then
    fail "$2: Open MPI" "no orted in the PATH that commands get there: install the same Open MPI, or set PATH before the shell asks whether it is interactive"
  elif [ "$version" != "$mpirun_version" ]; then
    fail "$2: Open MPI" "version ${version:-unknown}, but $mpirun_version here: all hosts need the same"
  else
    ok "$2: Open MPI" "$version"
  fi
}

check_memory_of() {   # INDEX HOST
  local index=$1 host=$2 needed=$((host_slots[$1] * 4)) shared
  shared=$(fact "$index" shared)
  if [ -z "$(fact "$index" shared_writable)" ]; then
    fail "$host: shared memory" "/dev/shm is missing or not writable, and Open MPI needs it: mount -t tmpfs tmpfs /dev/shm"
  elif [ "${shared:-0}" -lt $needed ]; then
    fail "$host: shared memory" "$shared MiB free in /dev/shm, Open MPI takes $needed for ${host_slots[index]} ranks: enlarge it (docker: --shm-size=1g)"
  else
    ok "$host: shared memory" "$(fact "$index" memory) MiB available, half of it for queues and buffers; /dev/shm has $shared MiB"
  fi
  [ "$(fact "$index" left)" = 0 ] ||
    warn "$host: left behind" "$(fact "$index" left) segments of killed jobs in /dev/shm: when no job of yours runs there: rm /dev/shm/vader_segment.*"
}

check_limits_of() {   # INDEX HOST
  local files
  files=$(fact "$1" files)
  [ -n "$(fact "$1" folder_writable)" ] || fail "$2: temporary folder" "${TMPDIR:-/tmp} is not writable there: Open MPI needs it"
  [[ ! $files =~ ^[0-9]+$ ]] || [ "$files" -ge 1024 ] || warn "$2: open files" "a process may open $files only: ulimit -n 4096"
}

check_ffmpeg_of() {   # INDEX HOST
  if [ -n "$(fact "$1" ffmpeg)" ]; then
    ok "$2: ffmpeg" "$(fact "$1" ffmpeg)"
  else
    warn "$2: ffmpeg" "not there: only FFmpeg stages need it (apt-get install ffmpeg)"
  fi
}

check_host() {   # INDEX HOST
  local index=$1 host=$2 how
  if ! ask_host "$index" "$host" "${program[0]:-}"; then
    how="It has to work without a password: ssh-keygen, ssh-copy-id $host"
    [ "$hosts_from" != slurm ] || how="Ask Slurm: scontrol show node $host"
    fail "$host: ${remote[0]##*/}" "${problem:-no answer in 20 s}. $how"
    return
  fi
  how="reached by ${remote[0]##*/}"
  ! is_here "$host" || how="this machine"
  ok "$host" "$how: $(fact "$index" name), $(fact "$index" cores) cores, $(fact "$index" machine)"
  check_open_mpi_of "$index" "$host"
  check_memory_of "$index" "$host"
  check_limits_of "$index" "$host"
  check_ffmpeg_of "$index" "$host"
}

# All hosts have the program, and all the same build of it: ranks of different builds refuse to work together.
check_program() {
  local path=${program[0]} i first='' different=0
  for ((i = 0; i < ${#host_names[@]}; ++i)); do
    [ -n "$(fact $i end)" ] || continue
    if [ -z "$(fact $i executable)" ]; then
      fail "${host_names[i]}: program" "$path is not there, or may not be executed: it must have the same path on every host"
      different=1
    elif [ -z "$first" ]; then
      first=$i
    elif [ "$(fact $i digest)" != "$(fact "$first" digest)" ]; then
      fail "${host_names[i]}: program" "$path is another build than on ${host_names[first]}: copy one of them to all hosts"
      different=1
    fi
  done
  [ $different = 1 ] || [ -z "$first" ] || ok "program" "$path: the same build on every host"
}

# mpirun starts a process on every host. What it prints when it cannot is mostly lines of dashes and advice.
check_start() {
  local output status i limit=$((25 + ${#host_names[@]} / 4))
  [ $failures = 0 ] || { warn "start" "not tried: mend the above first"; return; }
  # Open MPI 4.1 now and then waits for ever for processes that end while it still starts others: these live a while.
  ranks=${#host_names[@]} program=(sleep 0.5) parameters=(--map-by node) mode=dry-run
  for i in "${!host_slots[@]}"; do host_slots[i]=1; done
  deal_ranks
  build_command
  for i in 1 2; do
    output=$(timeout -k 2 $limit "${command[@]}" 2>&1 </dev/null)
    status=$?
    [ $status = 124 ] || break
  done
  case $status in
    0) ok "start" "mpirun starts a process on every host" ;;
    124) fail "start" "mpirun did not end within $limit s, twice: hosts must reach each other's TCP ports (a firewall?)" ;;
    *) fail "start" "mpirun ended with status $status: $(grep -vE '^(-+|[[:space:]]*)$' <<<"$output" | head -n 3 | tr -s '\n ' ' ')" ;;
  esac
}

# The program as other hosts are asked for it: by its whole path.
name_program() {
  [ ${#program[@]} -gt 0 ] || return 0
  case ${program[0]} in
    /*) ;;
    */*) program=("$PWD/${program[0]#./}") ;;
    *) program=("$(type -P "${program[0]}" || echo "$PWD/${program[0]}")") ;;
  esac
}

examine() {
  local i
  local -a remote
  name_program
  remote_shell
  check_mpirun
  [ "$(id -u)" != 0 ] || warn "user" "root: mpirun advises against it; mpyx-run confirms it. Fine in a container"
  for ((i = 0; i < ${#host_names[@]}; ++i)); do check_host "$i" "${host_names[i]}"; done
  check_slots
  [ ${#program[@]} = 0 ] || check_program
  check_start
  if [ $failures = 0 ]; then
    echo "ready$([ $warnings = 0 ] || echo ", $warnings to look at")"
  else
    echo "$failures to be mended"
    return 3
  fi
}
