import { EXIT_CODES } from '../../lifecycle/exit-codes.ts';
import { LAYOUT_NAMES } from '../../lifecycle/build-directory.ts';
import { BUILT, JOB_ROOT, OUTPUT_FOLDER, PREPARED, SETTINGS } from './places.ts';

/**
 * Runs the lifecycle in a container that is the builder image itself, as whoever the container runs as: the middle one of a build's three
 * containers. For dash, bash and busybox's sh; besides it needs of the builder what every POSIX system has, and brings its own
 * busybox and zstd, which what PREPARE hands over contains. Nothing is ever put into this text: what varies is read from files.
 *
 * - `BUILDPACKS_CI_PREPARED`: the folder that PREPARE has left; default `.buildpacks-ci/prepare`. It may be read-only.
 * - `BUILDPACKS_CI_BUILT`: the folder that PUBLISH gets, made when it is missing; default `.buildpacks-ci/run`.
 * - `BUILDPACKS_CI_LAST_WORDS`: where a CI looks for what a container has to say when it ends (Tekton): patterns of files, with blanks between
 *   them. They are removed at the end, or emptied where they are mounts, and with them ends what buildpacks have left running.
 *
 * Works with the builder's own `/layers` and `/workspace`, which make the same image as any other engine, and with volumes in their
 * place for a user who is not the builder's. Ends with the lifecycle's exit status, and with 1 where it could not be started.
 *
 * What the lifecycle and buildpacks print passes without control characters: GitLab's section markers and what moves a terminal's cursor
 * need them. Lines about the layouts that stand for registries are left out where no buildpack runs: they name a digest that is not the
 * image's.
 */
export const BUILD_SCRIPT = `\
set -eu
umask 022

prepared=\${BUILDPACKS_CI_PREPARED:-.buildpacks-ci/prepare}
built=\${BUILDPACKS_CI_BUILT:-.buildpacks-ci/run}
root=${JOB_ROOT}

fail() {
  printf 'buildpacks-ci: %s\\n' "$@" >&2
  exit 1
}

warn() {
  printf 'buildpacks-ci: WARNING: %s\\n' "$1"
}

# Where the folder lies, nothing may be allowed to run.
[ -d "$prepared/${PREPARED.tools}" ] || fail "$prepared is not there: prepare makes it, and it has to be handed on to this container"
rm -rf "$root"
mkdir "$root"
cp -R "$prepared/${PREPARED.tools}" "$root/tools"
chmod -R 0755 "$root/tools"
busybox=$root/tools/busybox

zstd() {
  if [ -e "$root/tools/lib/loader" ]; then
    "$root/tools/lib/loader" --library-path "$root/tools/lib" "$root/tools/zstd" -q "$@"
  else
    "$root/tools/zstd" -q "$@"
  fi
}

unpack() {
  zstd -d -c "$1" | "$busybox" tar -x -f - -C "$2"
}

unpack "$prepared/${PREPARED.build}" "$root"

user=$(id -u):$(id -g)
wanted=$(cat "$root/${SETTINGS.user}")
[ "$user" = "$wanted" ] || fail "this container runs as $user, and the build was prepared for $wanted" \\
  "$(cat "$root/${SETTINGS.otherUser}")"

home=
while IFS=: read -r _ _ uid _ _ folder _; do
  [ "$uid" != "\${user%:*}" ] || home=\${folder:-/}
done </etc/passwd
[ -n "$home" ] || fail "/etc/passwd has no entry for the user \${user%:*}, and the lifecycle does not start without one" \\
  "CRI-O, which OpenShift uses, adds one; elsewhere let the container run as the image's own user"

for folder in /layers /workspace; do
  [ -w "$folder" ] || fail "the user $user may not write to $folder" \\
    "a user who is not the builder's needs empty volumes of its own at /layers and /workspace"
  rm -rf "\${folder:?}"/* "$folder"/.[!.]* "$folder"/..?* || fail "$folder is not empty"
done
# The modes are part of the image. A volume's own may belong to somebody else, who has chosen another.
chmod u=rwx,go=rx,g-s /layers 2>/dev/null || :
chmod a=rwx,g-s /workspace 2>/dev/null || :
if [ -g /workspace ] && [ ! -g /layers ]; then
  warn "the volume at /workspace belongs to a group (fsGroup), and only root can change its mode, which becomes part of the image: the digest is another than without. Leave fsGroup out of this Pod: another Pod with it, once, gives a claim its group for good"
fi
unpack "$prepared/${PREPARED.app}" /workspace

mkdir -p "$root/cache/committed"
[ ! -e "$prepared/${PREPARED.cache}" ] || unpack "$prepared/${PREPARED.cache}" "$root"
(cd "$root" && ls -d cache/committed/*.tar 2>/dev/null) >"$root/restored" || :

# What a container says when it ends may count for the CI, and any process here could have written it: also our own tools, which
# buildpacks can replace, so this comes last and uses none. Ending all processes would end others' as well where containers of a Pod
# share them.
unsay() {
  [ "$PPID" != 1 ] || kill -KILL -1 2>/dev/null || :
  for file in $BUILDPACKS_CI_LAST_WORDS; do
    command -p rm -rf "$file" 2>/dev/null || (: >"$file") 2>/dev/null || fail "$file, which buildpacks have left, can't be taken away"
  done
}
[ -z "\${BUILDPACKS_CI_LAST_WORDS:-}" ] || trap unsay EXIT

set -- "HOME=$home"
while IFS= read -r pair; do
  set -- "$@" "$pair"
done <"$root/${SETTINGS.environment}"

exec 4>&1
# shellcheck disable=SC2016
status=$(
  {
    {
      code=0
      (cd / && exec env -i "$@" /cnb/lifecycle/creator ${LAYOUT_NAMES.output}) </dev/null 2>&1 3>&- 4>&- || code=$?
      echo "$code" >&3
    } | "$busybox" awk -v layouts="$root/layout/" '
      {
        gsub(/\\033\\[[0-9;?]*[@-~]/, "")
        gsub(/[\\001-\\010\\013-\\037\\177]|\\302[\\200-\\237]/, "")
      }
      /===> [A-Z]+$/ { phase = $NF }
      phase ~ /^(ANALYZING|EXPORTING)$/ && index($0, layouts) { next }
      { print; fflush() }
    ' >&4 3>&- 4>&-
  } 3>&1
) || :
exec 4>&-

# Whatever runs as this user can write to the pipe that the status comes by.
case $status in
  '' | *[!0-9]* | ????*) status=1 ;;
esac

case $status in
  0) ;;
${explanations()}
  *) echo "buildpacks-ci: the lifecycle ended with the unknown status $status" >&2 ;;
esac
# 2 is a mistake in the user's inputs, and this one would be ours.
[ "$status" != 2 ] || status=1
[ "$status" = 0 ] || exit "$status"

pack() {
  archive=$1
  shift
  rm -f "$root/failed"
  { "$busybox" tar -c -f - "$@" || : >"$root/failed"; } | zstd -1 -f -o "$archive" && [ ! -e "$root/failed" ]
}

size() {
  "$busybox" stat -c %s "$1"
}

# Of 2^20 bytes, as CIs count them.
megabytes() {
  echo $((($1 + 1048575) / 1048576))
}

over_limit() {
  [ -n "$limit" ] && [ "$1" -gt "$limit" ]
}

mkdir -p "$built" || fail "the user $user may not write to $built"
rm -f "$built/${BUILT.build}" "$built/${BUILT.cache}"
set -- "\${root#/}/layout/${OUTPUT_FOLDER}" layers/report.toml
[ ! -d /layers/sbom ] || set -- "$@" layers/sbom
pack "$built/${BUILT.build}" -C / "$@" || fail "the image can't be handed over"

limit=
[ ! -e "$root/${SETTINGS.limit}" ] || limit=$(cat "$root/${SETTINGS.limit}")
total=$(size "$built/${BUILT.build}")
if over_limit "$total"; then
  warn "the image takes $(megabytes "$total") MB to hand over, and $(cat "$root/${SETTINGS.limitInput}") is $(megabytes "$limit") MB: $(cat "$root/${SETTINGS.limitAdvice}")"
fi

if [ -e "$root/${SETTINGS.keepCache}" ]; then
  cache=$built/${BUILT.cache}
  set --
  for file in "$root"/cache/committed/*; do
    name=cache/committed/\${file##*/}
    "$busybox" grep -qxFe "$name" "$root/restored" || set -- "$@" "$name"
  done
  if ! pack "$cache" -C "$root" "$@"; then
    warn "the layer cache can't be handed over, and is not kept"
    rm -f "$cache"
  elif over_limit $((total + $(size "$cache"))); then
    warn "the layer cache is not kept: with its $(megabytes "$(size "$cache")") MB there would be more to hand over than $(cat "$root/${SETTINGS.limitInput}"), $(megabytes "$limit") MB"
    rm -f "$cache"
  fi
fi
`;

/** An arm for each status whose meaning is known. */
function explanations(): string {
  return Object.entries(EXIT_CODES)
    .map(([status, { what, hint }]) => {
      const text = `buildpacks-ci: ${what}, exit status ${status}. ${hint}`;
      return `  ${status}) echo '${text.replaceAll("'", "'\\''")}' >&2 ;;`;
    })
    .join('\n');
}
