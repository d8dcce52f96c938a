import { creationTime } from '../image/creation-time.ts';
import { formatPlatform, platformOf } from '../image/platform.ts';
import type { Digest } from '../reference/index.ts';
import { type ImageComponents, readImageComponents } from '../sbom/image-components.ts';
import { basePackages, PACKAGES_LABEL, type RunImagePackages, runImagePackages } from '../sbom/run-image-packages.ts';
import { distributionOf, type Inspection, inspectImage } from './inspect.ts';
import { type OwnedLayer, ownedLayers } from './layers.ts';
import type { InspectionTarget } from './target.ts';

/** Names and values; a name stands there once. */
type Pairs = readonly (readonly [string, string])[];

/** What an image tells, in the form in which two images are compared. */
export interface DiffSide {
  readonly name: string;
  readonly digest: Digest;
  readonly facts: Pairs;
  readonly buildpacks: Pairs;
  readonly processes: Pairs;
  readonly layers: readonly OwnedLayer[];
  readonly labels: Pairs;
  readonly environment: Pairs;
  readonly components: ImageComponents;
  readonly packages: RunImagePackages;
}

/** @throws BuildpacksError as `inspectImage` */
export async function appSide(target: InspectionTarget): Promise<DiffSide> {
  const { image } = target;
  const inspection = await inspectImage(target);
  const { name, digest, layers, labels } = inspection;
  const baseLayers = layers.filter(({ owner }) => owner.kind === 'run-image').length;
  return {
    name,
    digest,
    facts: factsOf(inspection),
    buildpacks: inspection.buildpacks.map(({ id, version }) => [id, version]),
    processes: processesOf(inspection),
    layers,
    labels: labelsOf(labels),
    environment: environmentOf(target),
    components: await readImageComponents(image),
    packages: await basePackages(image, baseLayers),
  };
}

/** Of a run image, or another one that no lifecycle has made. */
export async function baseSide(target: InspectionTarget): Promise<DiffSide> {
  const { name, image } = target;
  const created = creationTime(image.config);
  const { Labels: labels } = image.config.config;
  return {
    name,
    digest: image.raw.digest,
    facts: present([
      ['Platform', formatPlatform(platformOf(image))],
      ['Created', created === undefined ? undefined : new Date(created).toISOString()],
      ['Distribution', describeDistribution(distributionOf(image))],
    ]),
    buildpacks: [],
    processes: [],
    layers: ownedLayers(image).map((layer) => ({ ...layer, owner: { kind: 'run-image' } })),
    labels: labelsOf(labels),
    environment: environmentOf(target),
    components: { state: 'present', components: [], unread: [] },
    packages: await runImagePackages(image),
  };
}

function factsOf({ runImage, platform, lifecycle, execEnv, rebasable, stack }: Inspection): Pairs {
  return present([
    ['Platform', formatPlatform(platform)],
    ['Run image', runImage.name],
    ['Run image reference', runImage.reference],
    ['Top layer', runImage.topLayer],
    ['Mirrors', runImage.mirrors.join(', ') || undefined],
    ['Distribution', describeDistribution(runImage.distribution)],
    ['Stack', stack],
    ['Launcher', lifecycle.launcherVersion],
    ['Platform API', lifecycle.platformApi],
    ['Environment', execEnv],
    ['Rebasable', rebasable ? 'yes' : 'no'],
  ]);
}

function present(facts: readonly (readonly [string, string | undefined])[]): Pairs {
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function describeDistribution(distribution: Inspection['runImage']['distribution']): string | undefined {
  return distribution && [distribution.name, distribution.version].filter(Boolean).join(' ');
}

function processesOf({ processes }: Inspection): Pairs {
  return processes.map(({ type, command, args, direct, default: isDefault, workingDirectory }) => [
    type,
    [
      [...command, ...args].join(' '),
      direct ? '' : '(shell)',
      isDefault ? '(default)' : '',
      workingDirectory === undefined ? '' : `in ${workingDirectory}`,
    ]
      .filter(Boolean)
      .join(' '),
  ]);
}

/** What a list of packages says is told as packages. */
function labelsOf(labels: Readonly<Record<string, string>>): Pairs {
  return Object.entries(labels).filter(([name]) => name !== PACKAGES_LABEL);
}

function environmentOf({ image }: InspectionTarget): Pairs {
  return image.config.config.Env.map((entry) => {
    const equals = entry.indexOf('=');
    return equals === -1 ? [entry, ''] : [entry.slice(0, equals), entry.slice(equals + 1)];
  });
}
