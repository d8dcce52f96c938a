import { BuildpacksError } from '../errors/index.ts';
import { cut } from '../report/markdown-text.ts';

/**
 * What an image and its new run image must be. The first five are needed by any rebase, the next two are the operator's; the others are the
 * lifecycle's rules, of which `--force` lifts those that it lifts there.
 */
export type RebaseRule =
  | 'built-with-buildpacks'
  | 'readable'
  | 'base-layers'
  | 'run-image'
  | 'run-image-kind'
  | 'run-images'
  | 'policy'
  | 'stack'
  | 'mixins'
  | 'rebasable'
  | 'platform'
  | 'distribution'
  | 'run-image-name';

/** One rule that does not hold. */
export interface Violation {
  readonly rule: RebaseRule;
  /** What is so, with the values that differ. */
  readonly message: string;
  readonly hint: string;
  /** Whether `--force` lifts it. */
  readonly isForceable: boolean;
}

/** Characters of a message. */
const LONGEST = 1000;

/** An image that is not rebased, since rules do not hold; nothing was changed. */
export class RebaseRefusal extends BuildpacksError {
  override readonly name = 'RebaseRefusal';
  /** At least one. */
  readonly violations: readonly Violation[];

  /** @param given messages that are too long are cut: labels, which they quote, may hold megabytes */
  constructor(given: readonly Violation[]) {
    const violations = given.map((each) => ({ ...each, message: cut(each.message, LONGEST) }));
    super('image', violations.map(({ rule, message }) => `${rule}: ${message}`).join('\n'), {
      hint: [...new Set(violations.map(({ hint }) => hint))].join(' '),
    });
    this.violations = violations;
  }
}

/** A rule that nothing lifts. */
export function refusal(rule: RebaseRule, message: string, hint: string): RebaseRefusal {
  return new RebaseRefusal([{ rule, message, hint, isForceable: false }]);
}
