/** A text as a tag: what a tag can't hold becomes dashes, and the length that of a tag. Empty when nothing is left. */
export function tagSlug(text: string): string {
  return text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 128)
    .replace(/-+$/, '');
}
