import { formatPlace } from '../errors/index.ts';
import { formatOrigin, type MirrorRules } from '../mirrors/index.ts';
import type { MirrorFacts } from './report.ts';

/** All rules, whether an image of this build needs them or not. */
export function describeMirrors({ rules, notices }: MirrorRules): MirrorFacts {
  return {
    rules: rules.map(({ prefix, mirrors, blocked, place }) => ({
      prefix,
      mirrors: mirrors.map(({ location }) => location || prefix),
      blocked,
      origin: formatOrigin(place),
    })),
    notices: notices.map(({ message, place }) => `${formatPlace(place)}${message}`),
  };
}
