/** A reference without its tag, for `name@digest`. */
export function repositoryOf(reference: string): string {
  return reference.replace(/:[^:/]*$/, '');
}
