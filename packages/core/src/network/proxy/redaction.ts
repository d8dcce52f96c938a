/** What stands in a message for user and password. */
const HIDDEN = '…';

/**
 * Text that is or should be a URL, without what stands before the last `@`, even where a badly encoded password makes it no URL.
 * A port that is no number is hidden too: it may be the password of a user that was taken for a host.
 */
export function hidingUser(text: string): string {
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/)?(.*)$/s.exec(text) ?? [];
  const at = rest.lastIndexOf('@');
  const place = at === -1 ? rest : rest.slice(at + 1);
  const shown = place.replace(/^(\[[^\]]*\]|(?!\[)[^:/?#]*):(?!\d*(?:[/?#]|$)).*$/s, `$1:${HIDDEN}`);
  return `${scheme}${at === -1 ? '' : `${HIDDEN}@`}${shown}`;
}

/** The base64 of `user:password`, in UTF-8 (RFC 7617, section 2). */
export function basicPair({ username, password }: { readonly username: string; readonly password: string }): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
