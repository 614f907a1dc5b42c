# Which hosts there are, with how many slots, and how many ranks each gets. Part of mpyx-run.
# shellcheck shell=bash disable=SC2034,SC2154   # variables of mpyx-run and its other parts

# By host, in the order in which they are filled. `most` is a limit that even oversubscription respects; 0 is none.
host_names=() host_slots=() host_most=() host_ranks=()
declare -A host_number=()   # by name
hosts_from=here   # here, options, slurm
rank_count=0

# add_host NAME SLOTS MOST: a host that is named again gets more slots.
add_host() {
  local i=${host_number[$1]:-}
  if [ -n "$i" ]; then
    host_slots[i]=$((host_slots[i] + $2))
    [ "$3" = 0 ] || host_most[i]=$3
    return
  fi
  host_number[$1]=${#host_names[@]}
  host_names+=("$1") host_slots+=("$2") host_most+=("$3")
}

is_count() { [[ $1 =~ ^[1-9][0-9]{0,6}$ ]]; }
is_host_name() { [[ $1 =~ ^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$ ]]; }

hosts_of_list() {   # a:4,b, also on lines of their own
  local item
  local -a items
  IFS=$',\n' read -r -d '' -a items <<<"$1"
  for item in "${items[@]}"; do
    local name=${item%%:*} slots=1
    [[ $item != *:* ]] || slots=${item#*:}
    { is_host_name "$name" && is_count "$slots"; } || wrong_usage "--hosts $1: '$item' is no host: NAME or NAME:SLOTS, separated by commas"
    add_host "$name" "$slots" 0
  done
}

hosts_of_file() {
  local file=$1 line number=0 field
  { [ -f "$file" ] && [ -r "$file" ]; } || wrong_usage "--hostfile $file: no such file, or not readable"
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    local -a fields
    read -r -a fields <<<"${line%%#*}"
    [ ${#fields[@]} -gt 0 ] || continue
    local slots=1 most=0
    is_host_name "${fields[0]}" ||
      wrong_usage "$file:$number: '${fields[0]}' is no host name (another user's name belongs into ~/.ssh/config)"
    for field in "${fields[@]:1}"; do
      is_count "${field#*=}" || wrong_usage "$file:$number: '$field': a line is NAME [slots=N] [max_slots=N], without blanks at the ="
      case $field in
        slots=*) slots=${field#*=} ;;
        max_slots=* | max-slots=*) most=${field#*=} ;;
        *) wrong_usage "$file:$number: '$field' is unknown: a line is NAME [slots=N] [max_slots=N]" ;;
      esac
    done
    [ "$most" = 0 ] || [ "$most" -ge "$slots" ] || wrong_usage "$file:$number: max_slots=$most is less than slots=$slots"
    add_host "${fields[0]}" "$slots" "$most"
  done <"$file"
  [ ${#host_names[@]} -gt 0 ] || wrong_usage "$file names no host"
}

# Slurm writes the tasks of its hosts as 2(x3),1.
hosts_of_slurm() {
  local part times i
  local -a names tasks parts
  mapfile -t names < <(scontrol show hostnames "$SLURM_JOB_NODELIST" 2>/dev/null)
  [ ${#names[@]} -gt 0 ] || refuse 3 "the hosts of Slurm job $SLURM_JOB_ID cannot be asked: scontrol show hostnames \"$SLURM_JOB_NODELIST\" fails"
  IFS=, read -r -a parts <<<"${SLURM_TASKS_PER_NODE:-1(x${#names[@]})}"
  for part in "${parts[@]}"; do
    times=1
    [[ $part != *'(x'* ]] || { times=${part#*(x}; times=${times%)}; }
    for ((i = 0; i < times; ++i)); do tasks+=("${part%%(*}"); done
  done
  for ((i = 0; i < ${#names[@]}; ++i)); do add_host "${names[i]}" "${tasks[i]:-1}" 0; done
}

cores() { env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc; }   # nproc means what OpenMP may use

find_hosts() {
  local in_slurm=no
  [[ -z ${SLURM_JOB_ID:-} || -z ${SLURM_JOB_NODELIST:-} ]] || in_slurm=yes
  if [[ $in_slurm = yes && -n $hosts$hostfile ]]; then   # mpirun would mix them with the job's, and start ranks elsewhere
    wrong_usage "this is Slurm job $SLURM_JOB_ID, whose hosts are used: leave --hosts and --hostfile out, ask Slurm for others"
  elif [ -n "$hosts" ]; then
    hosts_from=options
    hosts_of_list "$hosts"
  elif [ -n "$hostfile" ]; then
    hosts_from=options
    hosts_of_file "$hostfile"
  elif [ $in_slurm = yes ]; then
    hosts_from=slurm
    hosts_of_slurm
  else
    add_host localhost $(($(cores) + 1)) 0
  fi
  [ "$hosts_from" != options ] || this_machine_first
}

# mpirun gives this machine, if it is among the hosts, the first ranks; so main() runs here, where it is called.
this_machine_first() {
  local i names=("${host_names[@]}") slots=("${host_slots[@]}") most=("${host_most[@]}")
  local -a order=()
  for i in "${!names[@]}"; do ! is_here "${names[i]}" || order+=("$i"); done
  for i in "${!names[@]}"; do is_here "${names[i]}" || order+=("$i"); done
  host_names=() host_slots=() host_most=() host_number=()
  for i in "${order[@]}"; do add_host "${names[i]}" "${slots[i]}" "${most[i]}"; done
}

this_name=$(uname -n)
is_here() { [[ $1 = localhost || $1 = "$this_name" || $1 = "${this_name%%.*}" ]]; }

# Whether this machine is the only host: then nothing has to leave it.
only_here() {
  local name
  for name in "${host_names[@]}"; do is_here "$name" || return 1; done
}
any_here() {
  local name
  for name in "${host_names[@]}"; do ! is_here "$name" || return 0; done
  return 1
}

sum() { local total=0 each; for each in "$@"; do total=$((total + each)); done; echo "$total"; }

# deal_ranks: fills the slots in order, then deals out what is left one by one.
deal_ranks() {
  local i left before slots
  slots=$(sum "${host_slots[@]}")
  rank_count=$ranks
  [ "$ranks" != auto ] || rank_count=$slots
  left=$rank_count
  for ((i = 0; i < ${#host_names[@]}; ++i)); do
    host_ranks[i]=$((left < host_slots[i] ? left : host_slots[i]))
    left=$((left - host_ranks[i]))
  done
  [ "$left" = 0 ] || [ "$hosts_from" = here ] ||
    say "$rank_count ranks, but only $slots slots: $left of them share (ranks that wait take no processor time)"
  while [ "$left" -gt 0 ]; do
    before=$left
    for ((i = 0; i < ${#host_names[@]} && left > 0; ++i)); do
      [ "${host_most[i]}" = 0 ] || [ "${host_ranks[i]}" -lt "${host_most[i]}" ] || continue
      host_ranks[i]=$((host_ranks[i] + 1)) left=$((left - 1))
    done
    [ "$left" -lt "$before" ] || wrong_usage "-n $rank_count: the hosts take $((rank_count - left)) ranks at most (max_slots)"
  done
}

counted() { if [ "$1" = 1 ]; then echo "1 $2"; else echo "$1 $2s"; fi; }

# One line a host: which ranks run there.
describe_layout() {
  local i first=0 last
  printf '%s on %s:\n' "$(counted "$rank_count" rank)" "$(counted ${#host_names[@]} host)"
  for ((i = 0; i < ${#host_names[@]}; ++i)); do
    last=$((first + host_ranks[i] - 1))
    case ${host_ranks[i]} in
      0) printf '  %-20s no rank' "${host_names[i]}" ;;
      1) printf '  %-20s rank %s' "${host_names[i]}" "$first" ;;
      *) printf '  %-20s ranks %s to %s' "${host_names[i]}" "$first" "$last" ;;
    esac
    [ $hosts_from = here ] || printf ' (%s)' "$(counted "${host_slots[i]}" slot)"
    [ "$first" != 0 ] || [ "${host_ranks[i]}" = 0 ] || printf '; rank 0 runs main()'
    printf '\n'
    first=$((first + host_ranks[i]))
  done
}
