/** Parts of scripts; `$uid` and `$gid` are the build's user, `$0` is the shell. */

/** Begins a command as the user, with no right and no way to get one. */
export const AS_USER =
  '"$SETPRIV" --reuid "$uid" --regid "$gid" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all --';

/**
 * Ends every process of the user but for the dead that nobody asked about. In one stroke, so that none can start another in the meantime; and
 * one by one, since whoever makes that stroke is the user's process as well, and can be struck first. Until then the others can look into it:
 * they would find the job's checkout as its working directory. Only what `alive` prints counts: it fails when one ends while it looks.
 */
export const END_PROCESSES = `
cd /
alive() {
  grep -lE "^Uid:.*[[:blank:]]$uid([[:blank:]]|\\$)" /proc/[0-9]*/status 2>/dev/null |
    xargs -r grep -LE '^State:[[:blank:]]*[ZX]' 2>/dev/null
}
while found=$(alive); [ -n "$found" ]; do
  ${AS_USER} "$0" -c 'kill -9 -1'
  for status in $found; do
    status=\${status%/status}
    kill -9 "\${status#/proc/}"
  done
done
`;
