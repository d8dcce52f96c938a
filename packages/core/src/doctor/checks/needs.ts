import type { ResolvedBuilder } from '../../build/prepare/builder.ts';
import { runImageCandidates } from '../../builder/run-image.ts';
import type { BuilderSource, BuildRequest } from '../../inputs/index.ts';
import { type Endpoint, endpointsFor } from '../../mirrors/index.ts';
import { familiarReference, type ImageReference } from '../../reference/index.ts';
import { endpointsOf } from '../images.ts';
import { pushedRepositories, type Subject, type Subjects } from '../subjects.ts';
import { downloadTrial } from './download.ts';
import { builderTrial, imageTrial, previousTrial, type ReadMeans } from './read.ts';
import type { Trial } from './trial.ts';
import { writeTrial } from './write.ts';

/** Something that a build wants from elsewhere. One of its ways is enough. */
export interface Need<T = unknown> {
  /** A build does without it, too. */
  readonly optional: boolean;
  readonly ways: readonly Way<T>[];
}

export interface Way<T = unknown> {
  readonly trial: Trial<T>;
  /** The registry that is asked; absent where it is none. */
  readonly endpoint?: Endpoint;
}

/** The builder: on a registry, in the engine, or on disk; nothing where the inputs name none. */
export function builderNeeds(request: BuildRequest, means: ReadMeans): readonly Need<ResolvedBuilder>[] {
  const { builder, connection } = request;
  if (builder === undefined) return [];
  if (builder.kind === 'registry') {
    return [
      imageNeed({ purpose: 'builder', reference: builder.reference }, connection.mirrors, (reference) =>
        builderTrial({ kind: 'registry', reference }, familiarReference(reference), means),
      ),
    ];
  }
  return [{ optional: false, ways: [{ trial: builderTrial(builder, nameOf(builder), means) }] }];
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

/** All that the inputs name themselves, but for the builder. */
export function otherNeeds(request: BuildRequest, subjects: Subjects, means: ReadMeans): readonly Need[] {
  const written = pushedRepositories(subjects.images);
  const read = subjects.images.filter(({ purpose }) => purpose !== 'builder' && purpose !== 'destination');
  return [
    ...read.map((subject) => readNeed(subject, request, means)),
    ...written.map((repository) => {
      const reference: ImageReference = { kind: 'tag', repository, tag: 'latest' };
      const [endpoint] = endpointsOf({ purpose: 'destination', reference }, request.connection.mirrors);
      return { optional: false, ways: [{ trial: writeTrial(repository, means), ...(endpoint && { endpoint }) }] };
    }),
    ...subjects.downloads.map((url) => ({ optional: false, ways: [{ trial: downloadTrial(url) }] })),
  ];
}

function readNeed(subject: Subject, { connection }: BuildRequest, means: ReadMeans): Need {
  return imageNeed<unknown>(subject, connection.mirrors, (reference) =>
    subject.purpose === 'previous-image'
      ? previousTrial(reference, means)
      : imageTrial(reference, subject.purpose === 'buildpack' ? 'buildpacks' : 'run-image', means),
  );
}

/** Every endpoint is a way, those too that a healthy one before them would hide. */
function imageNeed<T>(
  { purpose, reference }: Subject,
  mirrors: BuildRequest['connection']['mirrors'],
  trialOf: (reference: ImageReference) => Trial<T>,
): Need<T> {
  const optional = purpose === 'previous-image';
  const endpoints = endpointsOf({ purpose, reference }, mirrors);
  const ways = endpoints.map((endpoint) => ({ trial: trialOf(endpoint.reference), endpoint }));
  if (ways.length > 0) return { optional, ways };
  const refused: Trial<T> = {
    what: 'read',
    subject: familiarReference(reference),
    act: () => Promise.reject(refusal(mirrors, reference)),
  };
  return { optional, ways: [{ trial: refused }] };
}

function refusal(mirrors: BuildRequest['connection']['mirrors'], reference: ImageReference): Error {
  try {
    endpointsFor(mirrors, reference);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return new TypeError('a reference without endpoints was not refused');
}

function nameOf(builder: Exclude<BuilderSource, { kind: 'registry' }>): string {
  return builder.kind === 'engine' ? `docker://${builder.name}` : `oci:${builder.path}`;
}
