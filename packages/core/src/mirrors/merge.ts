import { optional } from '../json/json.ts';
import type { MirrorNotice, MirrorRule, MirrorRules } from './model.ts';
import { ANY_REGISTRY, matchPrefix } from './prefix.ts';
import { formatOrigin } from './route.ts';

/**
 * Makes one set of rules of several. Of rules with the same prefix the first set's is used as a whole; rules of different sets are never
 * mixed. Whatever a set says that another one overrules is told in a notice.
 *
 * @param sets the one with the highest precedence first
 */
export function mergeRules(sets: readonly MirrorRules[]): MirrorRules {
  const merged = new Map<string, MirrorRule>();
  const notices: MirrorNotice[] = sets.flatMap((set) => set.notices);
  for (const { rules } of sets) {
    const earlier = [...merged.values()];
    for (const rule of rules) {
      const first = merged.get(rule.prefix);
      if (first === undefined) {
        merged.set(rule.prefix, rule);
        notices.push(...narrowed(rule, earlier));
      } else if (!sameRule(first, rule)) {
        const message = `the mirror rule for "${rule.prefix}" is not used: ${formatOrigin(first.place)} has one that comes first`;
        notices.push({ message, ...optional('place', rule.place) });
      }
    }
  }
  return { rules: [...merged.values()], notices };
}

/**
 * The longest prefix counts, also against a set that comes first: who wrote the shorter one there may not expect it. A rule for all other
 * registries says by itself that it gives way.
 */
function narrowed(rule: MirrorRule, earlier: readonly MirrorRule[]): readonly MirrorNotice[] {
  const wider = earlier.filter(
    ({ prefix }) => prefix !== ANY_REGISTRY && matchPrefix(rule.prefix, prefix) !== undefined,
  );
  return wider.map(({ prefix, place }) => ({
    message: `the mirror rule for "${rule.prefix}" counts for its images, and not that for "${prefix}" (${formatOrigin(place)}): it is more specific`,
    ...optional('place', rule.place),
  }));
}

function sameRule(a: MirrorRule, b: MirrorRule): boolean {
  return JSON.stringify({ ...a, place: undefined }) === JSON.stringify({ ...b, place: undefined });
}
