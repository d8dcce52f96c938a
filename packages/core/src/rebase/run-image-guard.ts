import { formatPlace } from '../errors/index.ts';
import { inputError } from '../errors/problems.ts';
import { creationTime } from '../image/creation-time.ts';
import { isOnThisMachine } from '../network/index.ts';
import {
  evaluate,
  imageFact,
  type ImageFact,
  type ImagePattern,
  matchImage,
  type Policy,
  type PolicyFacts,
} from '../policy/index.ts';
import type { Clock } from '../ports/index.ts';
import { type ImageReference } from '../reference/index.ts';
import type { FoundBase } from './base-images.ts';
import type { Violation } from './refusal.ts';
import type { TagTarget } from './subject.ts';

export interface RunImageGuardOptions {
  /** Which run images of those in labels the user allows; empty: nothing was said. */
  readonly patterns: readonly ImagePattern[];
  readonly policies: readonly Policy[];
  /** Registries that the user named, canonical. */
  readonly registries: ReadonlySet<string>;
  readonly clock: Clock;
}

/**
 * Decides which run images may be used. Whoever pushes an app image writes its label, and what the label names is read with our
 * credentials and published in the app's repository: it must not lead to what only we may read.
 */
export class RunImageGuard {
  readonly #options: RunImageGuardOptions;
  readonly #isAllowListed: boolean;

  constructor(options: RunImageGuardOptions) {
    this.#options = options;
    this.#isAllowListed = options.policies.some(({ rules }) => rules.some(({ name }) => name === 'run-images.allow'));
  }

  /**
   * For labels of app images that the user has not named, and so does not answer for.
   *
   * @throws InputError on `run-images` unless a pattern or a policy says what is allowed
   */
  requireAllowance(): void {
    if (this.#options.patterns.length > 0 || this.#isAllowListed) return;
    const message = 'with "all" it is needed, since labels of images that others push say what they are put on';
    throw inputError('run-images', message, ALLOW_SOME);
  }

  /** What stands against a name in an image's label, before anybody is asked for it. */
  againstName(reference: ImageReference): readonly Violation[] {
    const { registries } = this.#options;
    const fact = imageFact(reference);
    if (!this.#matches(fact)) return [notAllowed(fact, NO_PATTERN)];
    const { registry } = reference.repository;
    if (isOnThisMachine(registry) && !registries.has(registry)) {
      return [notAllowed(fact, `${registry} is this machine or its network's own, and only the label names it`)];
    }
    return this.#judge({ runImage: fact });
  }

  /** What stands against publishing these tags on a run image that has been read. */
  againstRebase({ asked, digests, image }: FoundBase, targets: readonly TagTarget[]): readonly Violation[] {
    const fact = imageFact(asked, { digests });
    const violations = this.#judge({
      runImage: { ...fact, created: creationTime(image.config) ?? null },
      targets: targets.map(({ repository, tag }) => imageFact({ kind: 'tag', repository, tag })),
    });
    return this.#matches(fact) ? violations : [notAllowed(fact, NO_PATTERN), ...violations];
  }

  /** Before the registry was asked, a digest may be one of those that are allowed. */
  #matches(fact: ImageFact): boolean {
    const { patterns } = this.#options;
    const matches = patterns.map((pattern) => matchImage(pattern, fact));
    return matches.length === 0 || matches.includes('yes') || (fact.digests === undefined && matches.includes('maybe'));
  }

  #judge(facts: Omit<PolicyFacts, 'now'>): readonly Violation[] {
    const { policies, clock } = this.#options;
    const { violations } = evaluate(policies, { ...facts, now: clock.now() });
    const help = policies.flatMap((policy) => policy.help ?? []).join(' ');
    return violations.map(({ place, rule, message, advice }) => ({
      rule: 'policy',
      message: `${formatPlace(place)}${rule}: ${message}`,
      hint: advice ?? (help === '' ? 'Ask who owns the policy.' : help),
      isForceable: false,
    }));
  }
}

const ALLOW_SOME =
  'Write for example registry.example/base/*, name one with "run-image", or allow some in a policy (run-images.allow).';
const NO_PATTERN = 'no pattern of run-images matches it';

function notAllowed({ shown }: ImageFact, why: string): Violation {
  return {
    rule: 'run-images',
    message: `the image's label names the run image ${shown}, which is not allowed: ${why}`,
    hint: 'If images may be put on it, allow it with run-images or in a policy (run-images.allow).',
    isForceable: false,
  };
}
