import { InputError } from '../../errors/index.ts';
import { nearestName } from '../../errors/nearest-name.ts';
import { inputError } from '../../errors/problems.ts';
import { optional } from '../../json/json.ts';
import { compareText } from '../../lock/image-name.ts';

const INPUT = 'dependencies';

/** Dependencies of buildpacks that are wanted: `jdk`, `jdk@17.0.9`, `node@20.*`. */
export interface DependencyWish {
  readonly id: string;
  /** Exact, or with `*` at its end for whatever follows; undefined: every version. */
  readonly version?: string;
}

/** @throws InputError on `dependencies` */
export function parseDependencyWish(text: string): DependencyWish {
  const [, id, version] = /^([^@\s]+?)(?:@([^@\s]+))?$/.exec(text) ?? [];
  const stars = version?.slice(0, -1).includes('*') ?? false;
  if (id !== undefined && !stars) return { id, ...optional('version', version) };
  throw inputError(INPUT, `"${text}" is no dependency`, 'Write ID or ID@VERSION, as in jdk@17.0.9 or node@20.*.');
}

function formatWish({ id, version }: DependencyWish): string {
  return version === undefined ? id : `${id}@${version}`;
}

export function isWished(
  wish: DependencyWish,
  { id, version }: { readonly id: string; readonly version: string },
): boolean {
  if (wish.id !== id) return false;
  if (wish.version === undefined) return true;
  return wish.version.endsWith('*') ? version.startsWith(wish.version.slice(0, -1)) : version === wish.version;
}

/**
 * Requires that each wish is for something.
 *
 * @throws InputError on `dependencies` with all that no buildpack has
 */
export function requireFound(
  wishes: readonly DependencyWish[],
  known: readonly { readonly id: string; readonly version: string }[],
): void {
  const lost = wishes.filter((wish) => !known.some((each) => isWished(wish, each)));
  const problems = lost.map((wish) => {
    const versions = new Set(known.filter(({ id }) => id === wish.id).map(({ version }) => version));
    const ids = new Set(known.map(({ id }) => id));
    const near = nearestName(wish.id, ids);
    const others = versions.size > 0 ? versions : near === undefined ? ids : new Set([near]);
    const hint =
      others.size === 0
        ? 'No buildpack in it fetches anything: go without --dependencies.'
        : `They fetch ${listed(others)}.`;
    return { input: INPUT, message: `"${formatWish(wish)}" is fetched by no buildpack in the lock`, hint };
  });
  if (problems.length > 0) throw new InputError(problems);
}

/** As many as fit into a line or two. */
const MAX_LISTED = 20;

function listed(names: ReadonlySet<string>): string {
  const sorted = [...names].sort(compareText);
  const more = sorted.length > MAX_LISTED ? ` and ${sorted.length - MAX_LISTED} more` : '';
  return `${sorted.slice(0, MAX_LISTED).join(', ')}${more}`;
}
