/** Parts of scripts; `$uid` and `$gid` are the build's user. */

/** Begins a command as the user, with no right and no way to get one. */
export const AS_USER =
  '"$SETPRIV" --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all --';

/**
 * Ends every process of the user but for the dead that nobody asked about. They are stopped first, so that none starts another in the
 * meantime. Nothing is started for it: where a build has taken all the process ids that there are nothing could be, and a process of
 * the user's that does it could be looked into by the others.
 */
export const END_PROCESSES = `
strike() {
  struck=
  for status in /proc/[0-9]*/status; do
    state= ids=
    while read -r name value; do
      case $name in
        State:) state=$value ;;
        Uid:) ids=$value && break ;;
      esac
    done <"$status"
    case $state in
      [ZX]*) continue ;;
    esac
    for id in $ids; do
      [ "$id" = "$uid" ] || continue
      struck=yes pid=\${status%/status}
      kill "$1" "\${pid#/proc/}"
      break
    done
  done
}
while strike -STOP; strike -STOP; strike -KILL; [ -n "$struck" ]; do :; done
`;
