import type { ResolvedBuilder } from '../../build/prepare/builder.ts';
import { runImageCandidates } from '../../builder/run-image.ts';
import type { Image } from '../../image/source.ts';
import type { BuildRequest } from '../../inputs/index.ts';
import { type Endpoint, endpointsFor, type MirrorRules } from '../../mirrors/index.ts';
import { atDigest, familiarReference, formatRepository, type ImageReference } from '../../reference/index.ts';
import { endpointsOf } from '../images.ts';
import { readingOf } from '../locked.ts';
import type { ImagePurpose } from '../report.ts';
import { locatorsOf, pushedRepositories, type Subject, type Subjects } from '../subjects.ts';
import { cacheNeeds } from './cache.ts';
import { downloadTrial } from './download.ts';
import { builderTrial, imageTrial, previousTrial, type ReadMeans } from './read.ts';
import type { Trial } from './trial.ts';
import { writeTrial } from './write.ts';

/** Something that a build wants from elsewhere. One of its ways is enough. */
export interface Need<T = unknown> {
  /** A build does without it, too. */
  readonly optional: boolean;
  readonly ways: readonly Way<T>[];
  /** Ways that open when it has been found: servers that are asked for digests only. */
  more?(found: T): readonly Way<T>[];
}

export interface Way<T = unknown> {
  readonly trial: Trial<T>;
  /** The registry that is asked; absent where it is none. */
  readonly endpoint?: Endpoint;
}

/** The builder: on a registry, in the engine, or on disk; nothing where the inputs name none. */
export function builderNeeds(request: BuildRequest, means: ReadMeans): readonly Need<ResolvedBuilder>[] {
  const { builder } = request;
  if (builder === undefined) return [];
  if (builder.kind !== 'registry') return [{ optional: false, ways: [{ trial: builderTrial(builder, means) }] }];
  return [
    imageNeed(
      { purpose: 'builder', reference: builder.reference },
      request,
      (endpoint) => builderTrial({ kind: 'registry', reference: endpoint.reference }, means, endpoint),
      ({ provided }) => provided.image,
    ),
  ];
}

/** The run image by all names that the builder has for it: a build takes the first that can be read. */
export function runImageNeeds({ builder }: ResolvedBuilder, request: BuildRequest, means: ReadMeans): readonly Need[] {
  const { runImages } = builder;
  if (request.runImage !== undefined || runImages.length === 0) return [];
  const [target] = request.publish ? request.destinations : [];
  const names = runImageCandidates({ runImages, ...(target && { outputRegistry: target.repository.registry }) });
  const needs = names.map(({ reference }) => readNeed({ purpose: 'run-image', reference }, request, means));
  return [{ optional: false, ways: needs.flatMap(({ ways }) => ways) }];
}

/** Buildpacks whose names are no ids on the builder, and so are images. */
export function buildpackNeeds({ builder }: ResolvedBuilder, request: BuildRequest, means: ReadMeans): readonly Need[] {
  const known = new Set(builder.buildpacks.map(({ id }) => id));
  const images = locatorsOf(request).flatMap((locator) =>
    locator.kind === 'name' && !known.has(locator.id) && locator.image !== undefined ? [locator.image] : [],
  );
  return images.map((reference) => readNeed({ purpose: 'buildpack', reference }, request, means));
}

/** What is not only read. */
const ELSEWHERE: ReadonlySet<ImagePurpose> = new Set(['builder', 'destination', 'cache']);

/** All that the inputs name themselves, but for the builder. */
export function otherNeeds(request: BuildRequest, subjects: Subjects, means: ReadMeans): readonly Need[] {
  const written = pushedRepositories(subjects.images);
  const read = subjects.images.filter(({ purpose }) => !ELSEWHERE.has(purpose));
  return [
    ...read.map((subject) => readNeed(subject, request, means)),
    ...written.map((repository) => {
      const reference: ImageReference = { kind: 'tag', repository, tag: 'latest' };
      const [endpoint] = endpointsOf({ purpose: 'destination', reference }, request.connection.mirrors);
      return { optional: false, ways: [{ trial: writeTrial(repository, means), ...(endpoint && { endpoint }) }] };
    }),
    ...cacheNeeds(request, means),
    ...subjects.downloads.map((url) => ({ optional: false, ways: [{ trial: downloadTrial(url) }] })),
  ];
}

function readNeed(subject: Subject, request: BuildRequest, means: ReadMeans): Need<Image | undefined> {
  const { purpose } = subject;
  return imageNeed<Image | undefined>(
    subject,
    request,
    (endpoint) =>
      purpose === 'previous-image'
        ? previousTrial(endpoint, means)
        : imageTrial(endpoint, purpose === 'buildpack' ? 'buildpacks' : 'run-image', means),
    (image) => image,
  );
}

/** Every endpoint is a way, those too that a healthy one before them would hide. */
function imageNeed<T>(
  subject: Subject,
  request: BuildRequest,
  trialOf: (endpoint: Endpoint) => Trial<T>,
  imageOf: (found: T) => Image | undefined,
): Need<T> {
  const { purpose } = subject;
  const { mirrors } = request.connection;
  const reading = readingOf(subject, request);
  if ('refusal' in reading) {
    return {
      optional: false,
      ways: [{ trial: refusedTrial(subject.reference, () => Promise.reject(reading.refusal)) }],
    };
  }
  const { reference } = reading;
  const wayOf = (endpoint: Endpoint): Way<T> => ({ trial: trialOf(endpoint), endpoint });
  const endpoints = endpointsOf({ purpose, reference }, mirrors);
  const asked = new Set(endpoints.map((endpoint) => formatRepository(endpoint.reference.repository)));
  return {
    optional: purpose === 'previous-image',
    ways: endpoints.length > 0 ? endpoints.map(wayOf) : [{ trial: blockedTrial(reference, mirrors) }],
    more: (found) => {
      const image = imageOf(found);
      const pinned = image && atDigest(reference, image.raw.digest);
      const byDigest = pinned === undefined ? [] : endpointsOf({ purpose, reference: pinned }, mirrors);
      return byDigest.filter((each) => !asked.has(formatRepository(each.reference.repository))).map(wayOf);
    },
  };
}

/** The rules leave nobody to ask: what they say is the verdict. */
function blockedTrial(reference: ImageReference, mirrors: MirrorRules): Trial<never> {
  return refusedTrial(reference, () => {
    endpointsFor(mirrors, reference);
    return Promise.reject(new TypeError('a reference without endpoints was not refused'));
  });
}

/** @param act rejects or throws why nobody is asked */
function refusedTrial(reference: ImageReference, act: () => Promise<never>): Trial<never> {
  return { what: 'read', subject: familiarReference(reference), act: async () => act() };
}
