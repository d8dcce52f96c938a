import { NOT_ENTERED } from './status.ts';

/**
 * The shell scripts of the mount namespace. They are constant: what varies comes as positional arguments and is never text of a script.
 * They run on util-linux and coreutils, or on the tool image's util-linux and BusyBox; `$MOUNT`, `$SETPRIV` and `$UNSHARE` name util-linux's.
 */

/**
 * `$0`: the shell; `$1`: the text of `ENTER`; `$2`: `--net` for a network namespace of its own, or empty; the rest: arguments of `ENTER`.
 *
 * Output goes through a pipe and `cat`, since Node's own pipes are sockets, which can't be opened as /dev/stdout; the pipe reaches its
 * end only when nothing holds it any more.
 */
export const LEAVE = `
enter=$1 network=$2
shift 2
exec 4>&1
status=$(
  {
    {
      "$UNSHARE" --mount --propagation private --pid --fork --kill-child --ipc --uts $network -- \\
        "$0" -c "$enter" "$0" "$@" 2>&1 3>&- 4>&-
      echo "$?" >&3
    } | cat >&4
  } 3>&1
)
exit "$status"
`;

/** Mounts the parts of the build: how many in `$mounts`, then `ro` or `rw`, source and target for each. */
export const MOUNT_PARTS = `
while [ "$mounts" -gt 0 ]; do
  "$MOUNT" -o "bind,$1,nosuid,nodev" "$2" "$3"
  shift 3
  mounts=$((mounts - 1))
done
`;

/** Has a network of our own reach itself, where we have the right to (CAP_NET_ADMIN), and becomes the command. */
export const BECOME_COMMAND = `
if [ "$network" = own ] && command -v ip >/dev/null && ! ip link set lo up 2>/dev/null; then
  echo 'The build has no network, not even with itself: only with CAP_NET_ADMIN can we give it one'
fi

exec "$SETPRIV" --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid --clear-groups -- env -i -- "$@"
`;

/**
 * The first process of the new namespaces. `$1`: the builder's root; `$2`, `$3`: user and group id; `$4`: host name; `$5`: `own` or
 * `shared` network; `$6`: how many mounts; then three for each (`ro` or `rw`, source, target: both exist and have no links); then what
 * `env -i` runs.
 *
 * Devices are copied, and mounted only where none can be made: a directory lists what is mounted over a file as a file, and programs
 * that look for files would then read without end.
 */
export const ENTER = `
set -eu
trap 'exit ${NOT_ENTERED}' EXIT
umask 022
root=$1 uid=$2 gid=$3 name=$4 network=$5 mounts=$6
shift 6

"$MOUNT" -o bind,nosuid,nodev "$root" "$root"
"$MOUNT" -t proc -o nosuid,nodev,noexec proc "$root/proc"
printf %s "$name" >"$root/proc/sys/kernel/hostname"
chown "$uid:$gid" "$root/proc/self/fd/1"
"$MOUNT" -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  "$MOUNT" -o bind,ro,nosuid,nodev,noexec /sys/fs/cgroup "$root/sys/fs/cgroup"
fi

"$MOUNT" -t tmpfs -o nosuid,noexec,mode=0755,size=64k tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
"$MOUNT" -t devpts -o newinstance,nosuid,noexec,mode=0620,ptmxmode=0666 devpts "$root/dev/pts"
"$MOUNT" -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=64m tmpfs "$root/dev/shm"
for device in null zero full random urandom tty; do
  if ! cp -a "/dev/$device" "$root/dev/$device" 2>/dev/null; then
    : >"$root/dev/$device"
    "$MOUNT" --bind "/dev/$device" "$root/dev/$device"
  fi
done
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
ln -s pts/ptmx "$root/dev/ptmx"
${MOUNT_PARTS}
${BECOME_COMMAND}`;
