import { HOST_NAME } from '../../engine/environment.ts';
import { BuildpacksError } from '../../errors/index.ts';
import { relocateParts } from '../../lifecycle/environment.ts';
import type { Plan } from '../plan.ts';
import type { HandOverTerms } from './hand-over-terms.ts';
import { IN_JOB, SETTINGS } from './places.ts';

/** What a container engine gives a container whose image has no PATH. */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export interface SettingsFacts {
  readonly plan: Plan;
  /** The builder image's variables, `NAME=VALUE` each. */
  readonly image: readonly string[];
  readonly terms: HandOverTerms;
}

/**
 * The small files that the script in the container of the builder reads, by name.
 *
 * @throws BuildpacksError `image` when a variable can't stand in one line
 */
export function scriptSettings({ plan, image, terms }: SettingsFacts): Readonly<Record<string, string>> {
  const { user } = plan.builder;
  return {
    [SETTINGS.environment]: lines(environmentPairs(plan, image)),
    [SETTINGS.user]: `${user.uid}:${user.gid}\n`,
    [SETTINGS.otherUser]: `${terms.otherUser}\n`,
    ...limitFiles(terms.limit),
    ...(plan.cache?.write === true && { [SETTINGS.keepCache]: '' }),
  };
}

function limitFiles(limit: HandOverTerms['limit']): Readonly<Record<string, string>> {
  if (limit === undefined) return {};
  return {
    [SETTINGS.limit]: `${limit.bytes}\n`,
    [SETTINGS.limitInput]: `${limit.input}\n`,
    [SETTINGS.limitAdvice]: `${limit.advice}\n`,
  };
}

/** As container engines do it: defaults, the image's, then the run's; the last of one name counts. */
function environmentPairs({ lifecycle }: Plan, image: readonly string[]): readonly string[] {
  const own = Object.entries(relocateParts(lifecycle.environment, IN_JOB)).map(([name, value]) => `${name}=${value}`);
  const ofImage = image.map((pair) => (pair.includes('=') ? pair : `${pair}=`));
  return [`PATH=${DEFAULT_PATH}`, `HOSTNAME=${HOST_NAME}`, ...ofImage, ...own];
}

function lines(pairs: readonly string[]): string {
  const broken = pairs.find((pair) => /[\n\0]/.test(pair));
  if (broken === undefined) return pairs.map((pair) => `${pair}\n`).join('');
  const name = broken.slice(0, broken.indexOf('='));
  throw new BuildpacksError('image', `the builder's variable "${name}" has several lines, which can't be handed over`, {
    hint: 'Use another builder, or build in one process.',
  });
}
