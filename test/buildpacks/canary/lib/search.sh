# shellcheck shell=bash
# Finding the prefix; `report` comes from bin/build. It exists only as an escaped pattern (\x63\x61…), so the hunt does not find itself.
# shellcheck disable=SC2154

if [[ ! ${CANARY_HEX_PREFIX:-} =~ ^([0-9a-f]{2}){4,}$ ]]; then
  echo "canary: CANARY_HEX_PREFIX must be at least four bytes in lower-case hexadecimal" >&2
  exit 1
fi
prefix_length=$((${#CANARY_HEX_PREFIX} / 2))
pattern=
for ((at = 0; at < ${#CANARY_HEX_PREFIX}; at += 2)); do pattern+="\\x${CANARY_HEX_PREFIX:at:2}"; done
max_bytes=${CANARY_MAX_BYTES:-67108864}

# add_finding KIND PLACE WHAT
add_finding() {
  printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$report/found.txt"
}

# search_stream KIND PLACE: reads standard input.
search_stream() {
  local match
  while IFS= read -r match; do
    add_finding "$1" "$2" "${match:prefix_length}"
  done < <(grep -aoP -- "${pattern}[\\w.-]*" 2>/dev/null | sort -u)
}

# search_file KIND PLACE FILE: a regular file that can be read and is not too large; anything else is no find.
search_file() {
  [[ -f $3 && -r $3 ]] || return 0
  (($(stat -L -c %s "$3" 2>/dev/null || echo 0) <= max_bytes)) || return 0
  { cat "$3" || true; } 2>/dev/null | search_stream "$1" "$2"
}
