import { optional } from '../json/json.ts';
import { parseReference } from '../reference/index.ts';
import { readBindings } from './bindings.ts';
import { readDependencyMirrors } from './dependency-mirror.ts';
import { parseLocator } from './locator.ts';
import { readLockInUse } from './lock-in-use.ts';
import { eachItem, matching, type Parts } from './parts.ts';
import { parseBuilder, parsePlatform } from './places.ts';
import { readVariables } from './variables.ts';
import { parseVolume } from './volumes.ts';

/** What builds the app: images and buildpacks. */
export function readBuilder(parts: Parts) {
  const { reader, context, problems, trust } = parts;
  const { workingDirectory, architecture } = context;
  const builder = reader.text('builder');
  const runImage = reader.text('run-image');
  const locators = (name: 'buildpacks' | 'pre-buildpacks' | 'post-buildpacks') =>
    eachItem(parts, name, (text) => parseLocator(text, workingDirectory, name));
  return {
    ...optional(
      'builder',
      builder === undefined ? undefined : problems.attempt(() => parseBuilder(builder, workingDirectory)),
    ),
    ...optional(
      'runImage',
      runImage === undefined
        ? undefined
        : problems.attempt(() => ({ text: runImage, reference: parseReference(runImage, 'run-image') })),
    ),
    allowBuilderTag: reader.flag('allow-builder-tag'),
    buildpacks: locators('buildpacks'),
    preBuildpacks: locators('pre-buildpacks'),
    postBuildpacks: locators('post-buildpacks'),
    ...optional(
      'lock',
      reader.flag('locked') ? problems.attempt(() => readLockInUse(reader, { workingDirectory, trust })) : undefined,
    ),
    disableSystemBuildpacks: reader.flag('disable-system-buildpacks'),
    platform: problems.attempt(() => parsePlatform(reader.text('platform'), architecture)) ?? {
      os: 'linux',
      architecture,
    },
  };
}

/** What buildpacks get to see, and as whom they run. */
export function readBuild(parts: Parts) {
  const { reader, context, problems, trust, surroundings } = parts;
  const { environment, workingDirectory, withheld } = context;
  const volumes = eachItem(parts, 'volumes', (text) => parseVolume(text, workingDirectory));
  if (!trust.volumes && reader.list('volumes').length > 0) {
    problems.report(
      'volumes',
      'an untrusted run may not see files of this machine',
      'Leave "volumes" out where "trust" is untrusted.',
    );
  }
  return {
    environment: {
      ...readDependencyMirrors(reader, problems),
      ...readVariables(reader, { ...surroundings, environment, ...optional('withheld', withheld) }, problems),
    },
    bindings: readBindings(reader, surroundings, problems),
    volumes,
    ...optional('defaultProcess', matching(parts, 'default-process', /^[A-Za-z0-9._-]+$/)),
    execEnv: matching(parts, 'exec-env', /^[A-Za-z0-9.-]+$/) ?? 'production',
    ...optional('uid', userId(parts)),
    ...optional('gid', reader.number('gid')),
  };
}

/** The lifecycle refuses to run buildpacks as root (platform specification, "Security Considerations"). */
function userId({ reader, problems }: Parts): number | undefined {
  const uid = reader.number('uid');
  if (uid === 0) {
    problems.report(
      'uid',
      '"0" is root, and buildpacks never run as root',
      "Give another id, or leave it to the builder's.",
    );
  }
  return uid;
}
