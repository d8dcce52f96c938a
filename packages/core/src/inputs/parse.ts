import { parseReference } from '../reference/index.ts';
import { optional } from '../json/json.ts';
import type { HostStoreName } from '../ports/index.ts';
import { readAnnotations } from './annotations.ts';
import { findDescriptor, parseApp } from './app.ts';
import { readBindings } from './bindings.ts';
import { readCacheRequest } from './cache.ts';
import { readRunFacts } from './checkout-facts.ts';
import { type ConnectionContext, readConnectionInputs } from './connection.ts';
import { readDependencyMirrors } from './dependency-mirror.ts';
import { readDestinations } from './destinations.ts';
import { readLabels } from './labels.ts';
import { parseLocator } from './locator.ts';
import { readLockInUse } from './lock-in-use.ts';
import {
  parseBuilder,
  parseCreationTime,
  parseOutput,
  parsePlatform,
  parsePreviousImage,
  parseTargetDirectory,
} from './places.ts';
import { readPolicies } from './policies.ts';
import { Problems } from '../errors/problems.ts';
import { InputReader, type RawInputs } from './reader.ts';
import type { AppSource, BuildRequest, Checkout, LoadTarget } from './request.ts';
import type { InputNameOf } from './schema.ts';
import type { Surroundings } from './source-place.ts';
import { type CiFacts, decideTrust, type TrustDecision } from './trust.ts';
import { readVariables } from './variables.ts';
import { parseVolume } from './volumes.ts';

/** What inputs are read against. */
export interface ParseContext extends ConnectionContext {
  /** What the CI knows of the run; `checkout` where none tells: then the inputs about it count, and Git is asked. */
  readonly facts: CiFacts | 'checkout';
  /** The machine's, in OCI words (`amd64`). */
  readonly architecture: string;
  /** The stores for layer caches that the CI has of its own and that can be used in this run; absent: none. */
  readonly cacheStores?: readonly HostStoreName[];
  /** Names of variables that the CI gave to us alone: no buildpack gets them by their names. Absent: none. */
  readonly withheld?: (name: string) => boolean;
  /** Folders with credentials, or with the build itself, that no input may hand to buildpacks; absolute. Absent: none. */
  readonly ownPlaces?: readonly string[];
  /** There is no input for another place of the image than a registry: none is told of. Absent: there is. */
  readonly registryOnly?: boolean;
  /** The image may lack a name and a place: nothing is built. */
  readonly nameless?: boolean;
}

/**
 * Reads all inputs into a request. Env files and bindings are read here, and paths are looked at, so that everything that is
 * wrong is told together, before anything is pulled.
 *
 * @throws InputError with every problem there is
 */
export function parseInputs(raw: RawInputs, surrounding: ParseContext): BuildRequest {
  const problems = new Problems();
  const reader = new InputReader(raw, problems);
  const context = { ...surrounding, facts: readRunFacts(reader, surrounding, problems) };
  const trust = decideTrust(context.facts, {
    trust: reader.choice('trust'),
    publish: reader.choice('publish'),
    cache: reader.choice('cache'),
  });
  for (const notice of trust.notices) problems.notice(notice);

  const surroundings = {
    workingDirectory: context.workingDirectory,
    untrusted: trust.level === 'untrusted',
    ...optional('ownPlaces', context.ownPlaces),
  };
  const parts = { reader, context, problems, trust, surroundings };
  const outcome = readOutcome(parts);
  const source = readSource(parts);
  // Who may have written the app is not asked for the rules.
  const untrusted = surroundings.untrusted ? [context.workingDirectory, source.app.path] : [];
  const request = {
    ...outcome,
    ...source,
    policies: readPolicies(reader, { workingDirectory: context.workingDirectory, untrusted }, problems),
    ...readBuilder(parts),
    ...readBuild(parts),
    ...readRun(parts),
    trust,
  };
  problems.throwIfAny();
  return { ...request, notices: problems.notices };
}

/** Stands in for an app that could not be read, until the problem is thrown. */
const NO_APP: AppSource = { kind: 'archive', path: '' };

interface Parts {
  readonly reader: InputReader;
  readonly context: Omit<ParseContext, 'facts'> & { readonly facts: CiFacts };
  readonly problems: Problems;
  readonly trust: TrustDecision;
  readonly surroundings: Surroundings;
}

function readOutcome(parts: Parts) {
  const { reader, context, problems, trust } = parts;
  const { workingDirectory, facts } = context;
  const { references: destinations, untagged } = readDestinations(reader, { ...facts, now: context.now }, problems);
  const outputs = eachItem(parts, 'output', (text) => parseOutput(text, workingDirectory));
  const load = loadTarget(reader.choice('load'));
  const taggable = destinations.length > 0 && untagged === undefined;
  const publish = reader.choice('publish') === 'auto' ? trust.publish && taggable : trust.publish;
  if (untagged !== undefined) reportUntagged(untagged, parts);
  const named = reader.text('image') !== undefined || reader.list('tags').length > 0;
  if (!named && context.nameless !== true) requireName(parts, { publish, load });
  const creationTime = problems.attempt(() =>
    parseCreationTime(reader.text('creation-time') ?? 'none', facts.commitTime),
  );
  const previousImage = problems.attempt(() => parsePreviousImage(reader.text('previous-image')));
  return {
    destinations,
    publish,
    outputs,
    labels: readLabels(reader, problems),
    annotations: readAnnotations(reader, problems),
    ...optional('load', load),
    creationTime: creationTime ?? { kind: 'none' as const },
    previousImage: previousImage ?? { kind: 'auto' as const },
  };
}

/** Rules that give no tag in this run are nothing wrong, unless the image must be published. */
function reportUntagged(why: string, { reader, problems, trust }: Parts): void {
  const message = `no rule gives a tag in this run (${why})`;
  if (reader.choice('publish') === 'true') {
    problems.report('tags', message, 'Add a rule or a tag for this run, or set "publish" to auto.');
  } else if (trust.publish) problems.notice(`tags: ${message}, so nothing is published`);
}

/** Without a name the image can only be written to disk. */
function requireName(
  { reader, context, problems }: Parts,
  wanted: { readonly publish: boolean; readonly load: LoadTarget | undefined },
): void {
  const hint = 'Set "image" to registry/repository[:tag].';
  const report = (message: string, advice = hint) => {
    problems.report('image', message, advice);
  };
  if (wanted.load !== undefined) report('it is missing, and "load" needs a name for the image');
  else if (wanted.publish) report('it is missing, and "publish" needs a place for the image');
  else if (reader.list('output').length === 0)
    report('it is missing', context.registryOnly ? hint : `${hint} Without a registry set "output" to oci:DIR.`);
}

function loadTarget(choice: 'true' | 'false' | LoadTarget): LoadTarget | undefined {
  if (choice === 'false') return undefined;
  return choice === 'true' ? 'auto' : choice;
}

function readSource(parts: Parts) {
  const { reader, problems, surroundings } = parts;
  const app = problems.attempt(() => parseApp(reader.text('path') ?? '.', surroundings)) ?? NO_APP;
  const descriptor = problems.attempt(() => findDescriptor(reader.text('descriptor'), app, surroundings));
  return {
    app,
    ...optional('descriptor', descriptor),
    gitDirectory: reader.flag('git-directory'),
    sourceMetadata: reader.choice('source-metadata'),
    ...optional('checkout', checkoutOf(parts.context.facts)),
  };
}

function checkoutOf({ sha, ref, repository }: CiFacts): Checkout | undefined {
  if (sha === undefined || repository === undefined) return undefined;
  return { commit: sha, refs: ref === undefined ? [] : [ref.replace(/^refs\/(?:heads|tags)\//, '')], url: repository };
}

function readBuilder(parts: Parts) {
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

function readBuild(parts: Parts) {
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

function readRun(parts: Parts) {
  const { reader, context, problems, trust } = parts;
  const { workingDirectory } = context;
  const engine = reader.choice('engine');
  const network = matching(parts, 'network', /^[A-Za-z0-9][A-Za-z0-9_.-]*$/) ?? 'default';
  if (engine === 'rootfs' && network !== 'default' && network !== 'none') {
    problems.report(
      'network',
      `"${network}" needs a container engine and "engine" is rootfs`,
      'Write default or none.',
    );
  }
  const target = (name: 'sbom-directory' | 'report-directory') => {
    const text = reader.text(name);
    return text === undefined ? undefined : problems.attempt(() => parseTargetDirectory(text, workingDirectory, name));
  };
  return {
    cache: readCacheRequest(reader, { ...context, trust }, problems),
    engine,
    network,
    connection: readConnectionInputs(reader, context, problems),
    ...optional('sbomDirectory', target('sbom-directory')),
    ...optional('reportDirectory', target('report-directory')),
    logLevel: reader.choice('log-level'),
  };
}

/** Each item of a list as `parse` reads it; all that throw are reported. */
function eachItem<T>({ reader, problems }: Parts, name: InputNameOf<'list'>, parse: (text: string) => T): readonly T[] {
  return reader.list(name).flatMap((text) => problems.attempt(() => [parse(text)]) ?? []);
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

function matching({ reader, problems }: Parts, name: InputNameOf<'string'>, pattern: RegExp): string | undefined {
  const text = reader.text(name);
  if (text === undefined || pattern.test(text)) return text;
  problems.report(name, `"${text}" is not a name`, 'Use letters, digits, dots and dashes.');
  return undefined;
}
