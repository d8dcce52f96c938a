import { BuildpacksError } from '../errors/index.ts';
import { foldField } from '../json/fold-field.ts';
import { documentSpan, type Member, membersOf, type Span } from '../json/span.ts';

/** Exact places in an image's manifest, configuration or label, all of them hostile input: what is not clear is refused. */

/**
 * The member at the end of a path of keys, each of which must be there exactly once.
 *
 * @param document its name for the error
 * @throws BuildpacksError `image`
 */
export function find(text: string, path: readonly string[], document: string): Member {
  let span = whole(text, document);
  let found: Member | undefined;
  for (const key of path) {
    found = only(membersAt(text, span, document), key, document);
    if (found === undefined) throw refused(`its ${document} has no ${path.join('.')}`);
    span = found.value;
  }
  if (found === undefined) throw refused(`its ${document} is empty`);
  return found;
}

/**
 * The one member with this key. Go matches keys without regard to case and takes the last of several, other readers do not: a
 * document in which the two differ means different things to different tools, so it is refused.
 */
export function only(members: readonly Member[], key: string, document: string): Member | undefined {
  const alike = members.filter((member) => foldField(member.key) === foldField(key));
  const [member] = alike;
  if (member === undefined) return undefined;
  if (alike.length > 1 || member.key !== key) throw refused(`its ${document} has more than one way to read ${key}`);
  return member;
}

/** The span of the document's value. */
export function whole(text: string, document: string): Span {
  const span = documentSpan(text);
  if (span === undefined) throw refused(`its ${document} is not valid JSON`);
  return span;
}

/** The members of the object that must be at `span`. */
export function membersAt(text: string, span: Span, document: string): readonly Member[] {
  const members = membersOf(text, span);
  if (members === undefined) throw refused(`its ${document} holds something else where an object belongs`);
  return members;
}

/** Fatal and with the byte order mark kept: what is encoded again is what was read, byte for byte. */
export function decode(bytes: Uint8Array, document: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw refused(`its ${document} is not valid UTF-8`, cause);
  }
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function refused(why: string, cause?: unknown): BuildpacksError {
  return new BuildpacksError('image', `the image that the lifecycle wrote can't be used: ${why}`, {
    hint: 'Either this lifecycle is not known to us, or a buildpack has changed what is not its own.',
    ...(cause !== undefined && { cause }),
  });
}
