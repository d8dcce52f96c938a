import { AS_USER, END_PROCESSES } from '../process-scripts.ts';
import { NOT_ENTERED } from '../status.ts';

/** The shell scripts of a build over the root, constant like those of the namespaces; they run on the tool image's programs only. */

/** Becomes nobody, in the way in which a build becomes its user, and checks that the root can be written to. */
export const TRIAL = `
set -e
[ -r /proc/self/status ]
place=$(mktemp -d /buildpacks-ci.XXXXXX)
rmdir "$place"
uid=65534 gid=65534
exec ${AS_USER} true
`;

/** `$1`, `$2`: user and group id; `$3`: the working directory; the rest: what `env -i` runs. */
export const RUN = `
uid=$1 gid=$2 directory=$3
shift 3
exec 4>&1
status=$(
  {
    {
      chown "$uid:$gid" /proc/self/fd/1
      (
        umask 022
        cd "$directory" || exit ${NOT_ENTERED}
        exec ${AS_USER} env -i -- "$@"
      ) 2>&1 3>&- 4>&-
      echo "$?" >&3
      { ${END_PROCESSES}
      } >/dev/null 2>&1 3>&- 4>&-
    } | cat >&4
  } 3>&1
)
exit "$status"
`;

/** `$1`, `$2`: user and group id; the rest: paths. Prints the positions, from 1 on, of those that the user can get at, by trying. */
export const FIND_OPEN = `
uid=$1 gid=$2
shift 2
exec ${AS_USER} "$0" -c '
position=0
for place do
  position=$((position + 1))
  if [ -d "$place" ]; then
    (cd "$place" || ls "$place") >/dev/null 2>&1 || continue
  elif [ -f "$place" ]; then
    (true <"$place") 2>/dev/null || (true >>"$place") 2>/dev/null || continue
  else
    [ -r "$place" ] || [ -w "$place" ] || continue
  fi
  echo "$position"
done
' "$0" "$@"
`;

/** `$1`, `$2`: user and group id. Prints, each with a final NUL, what on the root file system the user may write to. */
export const FIND_WRITABLE = `
exec find / -xdev ! -type l \\( -user "$1" -o -perm -2 -o \\( -group "$2" -perm -20 \\) \\) -print0
`;
