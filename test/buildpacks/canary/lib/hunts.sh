# shellcheck shell=bash
# The places to look in. Each hunt passes over what it may not read; `processes`, `root` and `report` come from bin/build.
# shellcheck disable=SC2154

hunt_own_environment() {
  tr '\0' '\n' <"/proc/$$/environ" | search_stream environment own
  search_file mounts own /proc/self/mountinfo
}

# hunt_process_text PROCESS
hunt_process_text() {
  local name
  for name in environ cmdline; do
    { cat "/proc/$1/$name" || true; } 2>/dev/null | tr '\0' '\n' | search_stream "$name" "$(process_name "$1")"
  done
}

# hunt_open_files PROCESS: files that are deleted or out of this root's reach can be read through a process that holds them open.
hunt_open_files() {
  local descriptor
  for descriptor in "/proc/$1/fd"/*; do
    search_file fd "$(process_name "$1") $(readlink "$descriptor" || true)" "$descriptor"
  done
}

# hunt_memory PROCESS: what the process wrote itself (private and writable), piece by piece.
hunt_memory() {
  local range permissions start length
  { cat "/proc/$1/maps" || true; } 2>/dev/null | while read -r range permissions _; do
    [[ $permissions == rw?p ]] || continue
    start=$((16#${range%-*}))
    length=$((16#${range#*-} - start))
    ((length <= max_bytes)) || continue
    { dd if="/proc/$1/mem" bs=65536 iflag=skip_bytes,count_bytes skip="$start" count="$length" status=none || true; } 2>/dev/null |
      search_stream memory "$(process_name "$1")"
  done
}

# hunt_foreign_directories PROCESS: a process with another root or working directory that can be entered is a way out of this one.
hunt_foreign_directories() {
  local link target
  for link in root cwd; do
    [[ -e /proc/$1/$link/. ]] || continue
    target=$(readlink "/proc/$1/$link") || continue
    [[ $target == *' (deleted)' || /proc/$1/$link/. -ef $target ]] || add_finding "$link" "$(process_name "$1")" entered
  done
}

hunt_files() {
  local file
  while IFS= read -r -d '' file; do
    search_file file "$file" "$file"
  done < <(
    find "$root" \( -path /proc -o -path /sys -o -path /cnb -o -path "$report" -o -path "$CNB_BUILDPACK_DIR" \) -prune \
      -o -type f -size "-$((max_bytes / 1024 + 1))k" -readable -print0 2>/dev/null |
      xargs -0 -r grep -D skip -laZP -- "$pattern" 2>/dev/null || true
  )
}

# A socket file that can be written to can be connected to: a container engine's, an agent's.
hunt_sockets() {
  local file
  while IFS= read -r -d '' file; do
    add_finding socket "$file" writable
  done < <(find "$root" \( -path /proc -o -path /sys \) -prune -o -type s -writable -print0 2>/dev/null || true)
}

hunt_devices() {
  local file
  while IFS= read -r -d '' file; do
    add_finding device "$file" readable
  done < <(find /dev \( -type b -o -name mem -o -name kmem \) -readable -print0 2>/dev/null || true)
}

# Facts that say how well this was isolated; none of them is a find.
write_notes() {
  id
  grep -E '^(Cap|NoNewPrivs|Seccomp)' /proc/self/status
  echo "processes seen: ${#processes[@]}"
  sed -n 's/.* \(@.*\)$/abstract socket: \1/p' /proc/net/unix | sort -u
}

# process_name PROCESS: its number and program, for the report.
process_name() {
  printf '%s (%s)' "$1" "$({ cat "/proc/$1/comm" || true; } 2>/dev/null)"
}
