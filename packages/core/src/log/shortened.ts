/** At most `limit` characters of a text, cut between words: of a secret that is cut in two, no mask knows the first half. */
export function shortened(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit + 1).replace(/\S+$/, '')}…` : text;
}
