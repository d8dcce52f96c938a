/** More folders than a buildpack lies below. */
const UP = '/..'.repeat(16);

/**
 * The address of a file or folder for buildpacks. packit opens what follows `file://` as a path below the buildpack's own folder (packit
 * `cargo/transport.go`), libpak as one of the machine (`dependency_cache.go`): the way up leads both to the same place, since there is
 * nothing above the root. Nothing is escaped: packit would look for a file of the escaped name.
 *
 * @param place absolute, without `%`, `?` and `#`
 */
export function fileAddress(place: string): string {
  return `file://${UP}${place}`;
}
