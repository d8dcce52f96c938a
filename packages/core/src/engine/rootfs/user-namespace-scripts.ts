import { BECOME_COMMAND, MOUNT_PARTS } from './mount-namespace-scripts.ts';
import { END_PROCESSES } from './process-scripts.ts';
import { NOT_ENTERED } from './status.ts';

/**
 * The shell scripts of the user namespace, constant like those of the mount namespace, and with the same arguments. There is no namespace
 * of process ids: a container's /proc is partly covered, so that no new one can be mounted, and the one that there is shows other
 * numbers than a new namespace has.
 */

/** Waits in the new namespaces until its ids are mapped, and runs a program as their root. */
const AWAIT_MAPS = `
until read -r line </proc/self/uid_map && read -r line </proc/self/gid_map; do :; done
exec "$@"
`;

/** Maps each id that exists here to itself in the namespaces of the process `$1`, once it is in them; fails when the process does. */
const MAP_IDS = `
map_ids() {
  until [ "$(readlink "/proc/$1/ns/user")" != "$(readlink /proc/self/ns/user)" ]; do
    kill -0 "$1" 2>/dev/null || return 0
  done
  for map in uid_map gid_map; do
    ids=$(while read -r inside outside count; do echo "$inside $inside $count"; done <"/proc/self/$map")
    echo "$ids" >"/proc/$1/$map" || return 1
  done
}
`;

/** Whether all of it works, on nothing. */
export const TRIAL = `
set -e
${MAP_IDS}
"$UNSHARE" --user --mount --propagation private --ipc -- "$0" -c "$1" "$0" "$0" -c "$2" &
map_ids "$!" || { kill -9 "$!"; exit 1; }
wait "$!"
`;
export const TRIAL_ARGUMENTS = [
  AWAIT_MAPS,
  `
set -e
"$MOUNT" --rbind /proc /proc
"$MOUNT" -t tmpfs tmpfs /dev/shm
exec "$SETPRIV" --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid --clear-groups -- \\
  "$UNSHARE" --root / --wd / --setgid 65534 --setuid 65534 -- true
`,
] as const;

/**
 * When the command has ended, what it started and left is ended here, since the pipe would wait for it: every process of the user, of
 * whom nobody else had one.
 */
export const LEAVE = `
${MAP_IDS}
enter=$1 network=$2 uid=$4 gid=$5
shift 2
exec 4>&1
status=$(
  {
    {
      chown "$uid:$gid" /proc/self/fd/1
      "$UNSHARE" --user --mount --propagation private --ipc $network -- \\
        "$0" -c '${AWAIT_MAPS}' "$0" "$0" -c "$enter" "$0" "$@" 2>&1 3>&- 4>&- &
      if map_ids "$!" 2>&1; then
        wait "$!"
        echo "$?" >&3
      else
        kill -9 "$!"
        echo ${NOT_ENTERED} >&3
      fi
      { ${END_PROCESSES}
      } >/dev/null 2>&1 3>&- 4>&-
    } | cat >&4
  } 3>&1
)
exit "$status"
`;

/** As the mount namespace's, but for what a user namespace may not make: `/proc`, `/sys` and the devices are the container's own. */
export const ENTER = `
set -eu
trap 'exit ${NOT_ENTERED}' EXIT
umask 022
root=$1 network=$5 mounts=$6
shift 6

"$MOUNT" -o bind,nosuid,nodev "$root" "$root"
for kernel in proc sys dev; do
  "$MOUNT" --rbind "/$kernel" "$root/$kernel"
done
"$MOUNT" -t devpts -o newinstance,nosuid,noexec,mode=0620,ptmxmode=0666 devpts "$root/dev/pts"
"$MOUNT" -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=64m tmpfs "$root/dev/shm"
${MOUNT_PARTS}
${BECOME_COMMAND}`;
