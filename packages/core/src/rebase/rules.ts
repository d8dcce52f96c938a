import { formatPlatform } from '../image/platform.ts';
import { APP_LABEL } from '../lifecycle/labels.ts';
import type { AppImage, BaseImage } from './app-image.ts';
import type { Violation } from './refusal.ts';
import { againstKind } from './run-image-kind.ts';
import { recordedNames, recordsName } from './run-image-names.ts';
import { formatDistribution, type Target, targetOf } from './target.ts';

/** What came of the rules. */
export interface Verdict {
  readonly violations: readonly Violation[];
  /** Why a name is accepted for which the lifecycle would have wanted `-force`. */
  readonly acceptedName?: string;
}

/** From this Platform API on images have targets instead of stacks. */
const TARGETS_SINCE = 12;

/**
 * Whether an app image may be put on a run image: the lifecycle's rules for the Platform API that the app was built with (its
 * phase/rebaser.go). There are two other decisions. A name that the image does not record, such as another tag, needs no force when
 * platform and distribution are stated and agree. And what is no run image is none by force either.
 */
export function judge(app: AppImage, base: BaseImage): Verdict {
  const [old, offered] = [targetOf(app.image.config), targetOf(base.image.config)];
  const rules = hasTargets(app) ? targetViolations(app, old, offered) : stackViolations(old, offered);
  const violations = [...againstKind(base), ...rules];
  if (recordsName(app.metadata, base.name)) return { violations };
  const unlike = violations.length > 0 ? undefined : difference(old, offered, hasTargets(app));
  if (violations.length === 0 && unlike === undefined) return { violations, acceptedName: explainName(app, base) };
  return { violations: [...violations, nameViolation(app, base, unlike)] };
}

function hasTargets({ config }: AppImage): boolean {
  for (const entry of config.config.Env ?? []) {
    const [name, value, ...rest] = entry.split('=');
    if (name !== 'CNB_PLATFORM_API' || value === undefined || rest.length > 0) continue;
    const [, major = '0', minor = '0'] = /^(\d+)(?:\.(\d+))?$/.exec(value) ?? [];
    return Number(major) > 0 || Number(minor) >= TARGETS_SINCE;
  }
  return false;
}

function stackViolations(app: Target, base: Target): readonly Violation[] {
  if (app.stackId === undefined || app.stackId !== base.stackId) {
    const [theirs, ours] = [base.stackId ?? 'none', app.stackId ?? 'none'];
    return [
      {
        rule: 'stack',
        message: `the image's stack is ${ours}, the run image's ${theirs}`,
        hint: 'Images built before Platform API 0.12 can only be put on a run image of the same stack.',
        isForceable: false,
      },
    ];
  }
  const missing = app.mixins.filter((mixin) => !base.mixins.includes(mixin)).sort();
  if (missing.length === 0) return [];
  const message = `the run image lacks the mixins ${missing.join(', ')}`;
  return [{ rule: 'mixins', message, hint: 'Use a run image that has them, or build anew.', isForceable: false }];
}

function targetViolations(app: AppImage, old: Target, offered: Target): readonly Violation[] {
  const violations: Violation[] = [];
  if (app.image.config.config.Labels[APP_LABEL.rebasable] === 'false') {
    const hint = 'An image extension changed its run image: build it anew, or use --force if you know better.';
    const message = `its label ${APP_LABEL.rebasable} is false`;
    violations.push({ rule: 'rebasable', message, hint, isForceable: true });
  }
  if (!samePlatform(old, offered)) {
    violations.push({
      rule: 'platform',
      message: `the image is for ${formatPlatform(old.platform)}, the run image for ${formatPlatform(offered.platform)}`,
      hint: 'Use a run image of the same platform.',
      isForceable: true,
    });
  }
  if (!sameDistribution(old, offered)) {
    violations.push({
      rule: 'distribution',
      message: `the image stands on ${formatDistribution(old)}, the run image has ${formatDistribution(offered)}`,
      hint: 'What was built for one distribution seldom runs on another: build anew, or use --force if you know better.',
      isForceable: true,
    });
  }
  return violations;
}

function samePlatform({ platform: old }: Target, { platform: offered }: Target): boolean {
  const sameVariant = [old.variant, offered.variant].includes(undefined) || old.variant === offered.variant;
  return old.os === offered.os && old.architecture === offered.architecture && sameVariant;
}

/** What the run image does not state fits every image. */
function sameDistribution({ distribution: old }: Target, { distribution: offered }: Target): boolean {
  if (offered === undefined) return true;
  if (old === undefined) return false;
  const fits = (wanted: string, has: string) => wanted === '' || wanted === has;
  return fits(offered.name, old.name) && fits(offered.version, old.version);
}

/** Why a run image of another name may be another kind of run image; undefined when all that could tell agrees. */
function difference(old: Target, offered: Target, targets: boolean): string | undefined {
  if (targets && (old.distribution === undefined || offered.distribution === undefined)) {
    return 'their distribution is not stated by both';
  }
  const ids: readonly [string, string | undefined, string | undefined][] = [
    ['base', old.baseId, offered.baseId],
    ['stack', old.stackId, offered.stackId],
  ];
  const other = ids.find(([, ours, theirs]) => ours !== undefined && theirs !== undefined && ours !== theirs);
  return other && `their ${other[0]} ids are ${String(other[1])} and ${String(other[2])}`;
}

function explainName({ metadata, image }: AppImage, { name }: BaseImage): string {
  const recorded = recordedNames(metadata)?.image ?? 'no name';
  const target = targetOf(image.config);
  const agreed = [formatPlatform(target.platform), target.distribution && formatDistribution(target), target.stackId];
  return `${name} is not recorded in the image, which names ${recorded}: accepted, since ${agreed.filter(Boolean).join(', ')} agree; the recorded name stays`;
}

function nameViolation({ metadata }: AppImage, { name }: BaseImage, unlike: string | undefined): Violation {
  const recorded = recordedNames(metadata);
  const names = recorded === undefined ? 'no run image' : [recorded.image, ...recorded.mirrors].join(', ');
  return {
    rule: 'run-image-name',
    message: `the image records ${names}, not ${name}${unlike === undefined ? '' : `, and ${unlike}`}`,
    hint: 'Use a run image that it records; --force takes this one, and records its name.',
    isForceable: true,
  };
}
