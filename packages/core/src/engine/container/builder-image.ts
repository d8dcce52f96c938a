import { atDigest, formatReference, hexOf } from '../../reference/index.ts';
import { throwIfCancelled } from '../cancellation.ts';
import type { EnginePorts } from '../ports.ts';
import type { BuilderImage } from '../types.ts';
import { type ContainerClient, reasonOf } from './client.ts';
import { loadImage } from './load-image.ts';
import { watchSilence } from './silence.ts';
import { notInEngine } from './stored-image.ts';

/** Where builders go that the engine did not pull itself; no registry has this name. */
const OWN_REPOSITORY = 'buildpacks-ci.local/builder';

/**
 * Gets the builder into the engine's store: what is there already, else a pull by the engine, else our own client fetches it.
 *
 * @returns a name or id by which the engine knows exactly this image
 */
export async function provideBuilder(
  client: ContainerClient,
  builder: BuilderImage,
  ports: EnginePorts,
  signal: AbortSignal,
): Promise<string> {
  const present = await findImage(client, namesOf(builder), signal);
  throwIfCancelled(signal);
  if (present !== undefined) return present;
  if (builder.inEngine !== undefined) throw notInEngine(client, builder.inEngine);

  const pulled = await pull(client, builder, ports, signal);
  throwIfCancelled(signal);
  if (pulled !== undefined) return pulled;

  const name = ownName(builder);
  await loadImage(client, builder.image, [name], ports, signal);
  return name;
}

/** In the order of trust: by content (either kind of image store), then by the name that only we give. */
function namesOf(builder: BuilderImage): readonly string[] {
  if (builder.inEngine !== undefined) return [builder.inEngine];
  const byDigest = digestName(builder);
  return [...(byDigest === undefined ? [] : [byDigest]), builder.image.manifest.config.digest, ownName(builder)];
}

function digestName({ reference, image }: BuilderImage): string | undefined {
  if (reference === undefined) return undefined;
  const { repository, digest } = atDigest(reference, image.raw.digest);
  return formatReference({ kind: 'digest', repository, digest });
}

function ownName({ image }: BuilderImage): string {
  return `${OWN_REPOSITORY}:${hexOf(image.raw.digest)}`;
}

/** One call for all names: the engine prints the id of each that it has. */
async function findImage(
  client: ContainerClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  const { stdout } = await client.run(['image', 'inspect', '--format', '{{.Id}}', ...names], { signal });
  return stdout.split('\n').find((line) => line.trim() !== '');
}

/** Pulls with the engine's own client; undefined when it can't, and our own client then fetches the image. */
async function pull(
  client: ContainerClient,
  builder: BuilderImage,
  { log, clock }: EnginePorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = digestName(builder);
  if (name === undefined) return undefined;
  const { program } = client.facts;
  if (builder.pullObstacle !== undefined) {
    log.info(`${program} is not asked to pull the builder ${name}: ${builder.pullObstacle}`);
    return undefined;
  }
  log.info(`Pulling the builder ${name}`);
  const silence = watchSilence(clock, signal);
  try {
    const outcome = await client.run(['pull', name], {
      signal: silence.signal,
      killAfter: 1_000,
      onLine: (line) => {
        silence.heard();
        log.debug(line);
      },
    });
    if (outcome.status === 0) return name;
    throwIfCancelled(signal);
    log.info(`${program} can't pull the builder, so that we fetch it: ${silence.lasted() ?? reasonOf(outcome)}`);
    return undefined;
  } finally {
    silence.stop();
  }
}
