# Finds Open MPI's mpirun and builds its command line. Part of mpyx-run.
# shellcheck shell=bash disable=SC2034,SC2154   # variables of mpyx-run and its other parts

mpirun='' mpirun_version=''
command=()   # what is run
reasons=()   # why its options are there

how_to_install="Debian and its relatives: apt-get install openmpi-bin; a cluster: module load openmpi"

# is_open_mpi COMMAND: sets mpirun_version when it is.
is_open_mpi() {
  local first
  first=$("$1" --version 2>/dev/null | head -n 1)
  [[ $first =~ ^mpirun\ \(Open\ MPI\)\ ([0-9.]+) || $first =~ ^orterun\ \(Open\ MPI\)\ ([0-9.]+) ]] && mpirun_version=${BASH_REMATCH[1]}
}

# look_for_mpirun: sets mpirun, or mpirun_problem.
look_for_mpirun() {
  local candidate
  mpirun_problem=''
  if [ -n "${MPYX_MPIRUN:-}" ]; then
    if is_open_mpi "$MPYX_MPIRUN"; then mpirun=$MPYX_MPIRUN; else mpirun_problem="MPYX_MPIRUN is '$MPYX_MPIRUN', which is no mpirun of Open MPI"; fi
    return
  fi
  for candidate in mpirun mpirun.openmpi orterun /usr/lib64/openmpi/bin/mpirun; do
    if is_open_mpi "$candidate"; then mpirun=$candidate; return; fi
  done
  if command -v mpirun >/dev/null; then
    mpirun_problem="$(command -v mpirun) is not Open MPI's, which mpyx needs. $how_to_install; or set MPYX_MPIRUN to Open MPI's mpirun"
  else
    mpirun_problem="there is no mpirun here. mpyx needs Open MPI. $how_to_install"
  fi
}
find_mpirun() {
  look_for_mpirun
  [ -z "$mpirun_problem" ] || refuse 3 "$mpirun_problem"
}

# The program must be where mpirun will look for it. On other hosts only they know.
find_program() {
  local name=${program[0]}
  [ -n "$name" ] || wrong_usage "the program's name is empty"
  any_here || return 0
  if [[ $name == */* ]]; then
    [ -e "$name" ] || refuse 3 "there is no program $name"
    [ ! -d "$name" ] || refuse 3 "$name is a folder, not a program"
    [ -x "$name" ] || refuse 3 "$name may not be executed: chmod +x $name"
  elif ! type -P "$name" >/dev/null; then
    [ ! -x "./$name" ] || refuse 3 "there is no program $name in PATH; the one of this folder is ./$name"
    refuse 3 "there is no program $name in PATH"
  fi
}

with() { reasons+=("${*:2}: $1"); command+=("${@:2}"); }   # with REASON OPTION...

options_of_hosts() {
  local i list=''
  if [ "$hosts_from" = slurm ]; then
    with "the hosts are those of Slurm job $SLURM_JOB_ID; ranks may share a slot" --oversubscribe
    return
  fi
  for ((i = 0; i < ${#host_names[@]}; ++i)); do
    [ "${host_ranks[i]}" = 0 ] || list+=,${host_names[i]}:${host_ranks[i]}
  done
  with "how many ranks on which host" --host "${list#,}"
}

options_of_network() {
  if [ "$hosts_from" != slurm ] && only_here; then
    with "nothing leaves this machine" --mca oob_tcp_if_include lo --mca btl_tcp_if_include lo
  else
    with "a host that does not answer is noticed within 10 s" --mca oob_tcp_keepalive_time 3 --mca oob_tcp_keepalive_intvl 1 \
      --mca oob_tcp_keepalive_probes 3
  fi
}

# What makes sense only while mpyx-run waits for the job (see job.bash).
options_of_this_process() {
  with "mpyx-run knows the job's number" --report-uri "/proc/$$/fd/$contact_fd"
  with "messages of Open MPI in ranks go where all of theirs go" -x OPAL_OUTPUT_STDERR_FD=2
}

options_of_environment() {
  local name
  for name in $(compgen -e MPYX_); do
    [ "$name" = MPYX_MPIRUN ] || with "settings of mpyx reach every host" -x "$name"
  done
  for name in "${exported[@]}"; do with "as asked" -x "$name"; done
}

# In single quotes for any shell; plain words stay as they are.
quoted() {
  if [[ $1 =~ ^[A-Za-z0-9_./:=,@%+-]+$ ]]; then printf '%s' "$1"; else printf "'%s'" "${1//\'/\'\\\'\'}"; fi
}
quoted_all() {
  local word line=''
  for word in "$@"; do line+=" $(quoted "$word")"; done
  printf '%s\n' "${line# }"
}

# mpirun takes an argument that is a lone colon for its own separator; a shell on the rank keeps it from seeing one.
add_program() {
  local word
  for word in "${program[@]}"; do
    [ "$word" = : ] || continue
    command+=(sh -c "exec $(quoted_all "${program[@]}")")
    return
  done
  command+=("${program[@]}")
}

build_command() {
  command=("$mpirun" -n "$rank_count") reasons=()
  [ "$(id -u)" != 0 ] || with "mpirun asks root to confirm" --allow-run-as-root
  options_of_hosts
  [ "$mode" = dry-run ] || options_of_this_process
  with "no rank is pinned to one core" --bind-to none
  with "more than 32 ranks of a host may end at once" --mca odls_base_cutoff 1000000
  options_of_network
  options_of_environment
  [ ${#parameters[@]} = 0 ] || with "as asked" "${parameters[@]}"
  add_program
}

# The command alone is no comment, so that the whole of it can be given to a shell.
describe_command() {
  quoted_all "${command[@]}"
  describe_layout | sed 's/^/# /'
  [ "$verbose" = no ] || printf '#   %s\n' "${reasons[@]}"
}
