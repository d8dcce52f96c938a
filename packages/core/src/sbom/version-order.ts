/**
 * Words that stand before the release that they lead to. Others (`final`, `jre`, `ubuntu`, `redhat`) come with it or after it.
 */
const BEFORE_RELEASE = ['dev', 'snapshot', 'a', 'alpha', 'b', 'beta', 'm', 'milestone', 'pre', 'preview', 'rc', 'cr'];
/** Words that say no more than the number before them. */
const RELEASE = ['final', 'ga', 'release'];

type Part = number | string;

/**
 * Orders versions of any ecosystem: number by number, missing numbers as zero, and words such as `rc` before the release. `v` at the
 * beginning and Go's `+incompatible` do not count, Debian's epoch does. It is no ecosystem's own order to the last detail.
 *
 * @returns negative when `a` comes before `b`
 */
export function compareAnyVersions(a: string, b: string): number {
  const [left, right] = [read(a), read(b)];
  if (left.epoch !== right.epoch) return left.epoch - right.epoch;
  for (let index = 0; index < Math.max(left.parts.length, right.parts.length); index++) {
    const order = compareParts(left.parts[index], right.parts[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function read(text: string): { readonly epoch: number; readonly parts: readonly Part[] } {
  const [, epoch = '0', rest = ''] = /^(?:(\d{1,9}):)?[vV]?(.*)$/s.exec(text.trim()) ?? [];
  const plain = rest.toLowerCase().replace(/\+incompatible$/, '');
  const parts = plain.match(/\d+|[a-z]+/g) ?? [];
  return {
    epoch: Number(epoch),
    parts: parts.map((part) => (/^\d/.test(part) ? Number(part) : part)).filter((part) => !isRelease(part)),
  };
}

function isRelease(part: Part): boolean {
  return typeof part === 'string' && RELEASE.includes(part);
}

function compareParts(a: Part | undefined, b: Part | undefined): number {
  const [left, right] = [rank(a), rank(b)];
  if (left !== right) return left - right;
  if (typeof a === 'number' || typeof b === 'number') return (Number(a ?? 0) || 0) - (Number(b ?? 0) || 0);
  return compareWords(a ?? '', b ?? '');
}

/** A word before a release, then the end and zero, then other words, then numbers. */
function rank(part: Part | undefined): number {
  if (part === undefined || part === 0) return 1;
  if (typeof part === 'number') return 3;
  return BEFORE_RELEASE.includes(part) ? 0 : 2;
}

function compareWords(a: string, b: string): number {
  const [left, right] = [BEFORE_RELEASE.indexOf(a), BEFORE_RELEASE.indexOf(b)];
  if (left !== right) return left - right;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
