import { InputError } from '../errors/index.ts';
import { inputError } from '../errors/problems.ts';
import { asArray, asRecord, asText, optional, parseJson } from '../json/json.ts';
import { canonicalRegistry, DOCKER_HUB, isRegistryHost, parseReference, type Repository } from '../reference/index.ts';
import { answerError, describeStatus, MAX_ERROR_BODY, parseErrorBody, RegistryError } from './error.ts';
import { nextPage } from './next-page.ts';
import { isPage } from './page.ts';
import type { Call, Transport } from './transport.ts';
import type { Answer } from './wire.ts';

/** Where repositories are looked for: a registry, and the beginning of their paths in whole parts; an empty path means all. */
export interface RepositoryPrefix {
  /** `host[:port]`, canonical. */
  readonly registry: string;
  readonly path: string;
}

/** Names that are asked for at once; registries may give fewer. */
const PAGE = 1000;
const MAX_BYTES = 4 * 1024 * 1024;
/** Pages of a catalogue: with fewer names on each than we ask for, too, this is more than any team's registry has. */
const MAX_PAGES = 1000;
/** How a registry says that it has no catalogue, or none for us. */
const REFUSALS = [400, 401, 403, 404, 405, 501];

/** `registry.example/team`, for people. */
export function formatPrefix({ registry, path }: RepositoryPrefix): string {
  return path === '' ? registry : `${registry}/${path}`;
}

/**
 * Reads `registry[/path]`, with or without a slash at its end.
 *
 * @param input the input's name, for the error
 * @throws InputError quoting the text
 */
export function parsePrefix(text: string, input: string): RepositoryPrefix {
  const trimmed = text.replace(/\/+$/, '');
  if (!trimmed.includes('/') && isRegistryHost(trimmed) && /[.:]|^localhost$/.test(trimmed)) {
    return { registry: canonicalRegistry(trimmed), path: '' };
  }
  const reference = parseReference(trimmed, input, text);
  const isPlain = reference.kind === 'tag' && !trimmed.slice(trimmed.lastIndexOf('/')).includes(':');
  if (isPlain) return reference.repository;
  throw inputError(input, `"${text}" names an image, not the place of several`, 'Leave out the tag and the digest.');
}

/**
 * The repositories at and below a prefix, sorted, by the catalogue that the distribution registry has (`/v2/_catalog`; not part of the
 * distribution specification). The catalogue is read to its end: registries sort it as they like. Names that are none are left out.
 *
 * @throws RegistryError when the registry has no catalogue or gives it to others only; its hint names the way round
 */
export async function listRepositories(
  transport: Transport,
  prefix: RepositoryPrefix,
  signal: AbortSignal,
): Promise<readonly Repository[]> {
  const call: Call = {
    task: `list the repositories of ${formatPrefix(prefix)}`,
    method: 'GET',
    target: `_catalog?n=${PAGE}`,
    ofRegistry: true,
    access: { repository: prefix, right: 'list' },
    expect: [200, ...REFUSALS],
    errand: 'download',
    opaque: true,
    signal,
  };
  const found = new Map<string, Repository>();
  let target: Call['target'] | undefined = call.target;
  for (let page = 0; target !== undefined && page < MAX_PAGES; page++) {
    const read: Page = await transport.call({ ...call, target }, (answer) => readPage(answer, call, prefix));
    for (const repository of read.repositories) found.set(repository.path, repository);
    target = read.next;
  }
  if (target !== undefined) {
    const reason = `the list has more than ${MAX_PAGES} pages`;
    throw new RegistryError({ code: 'registry', task: call.task, reason, hint: wayRound(prefix) });
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

interface Page {
  readonly repositories: readonly Repository[];
  readonly next?: URL;
}

async function readPage(answer: Answer, { task }: Call, prefix: RepositoryPrefix): Promise<Page> {
  if (answer.status !== 200) throw await noCatalogue(answer, task, prefix);
  const { bytes, complete } = await answer.bytes(MAX_BYTES);
  const json = complete ? asRecord(parseJson(bytes)) : undefined;
  if (json === undefined) {
    const reason = isPage(answer) ? 'it answered with a web page' : 'the answer is no list of repositories';
    throw answerError(answer, { task, reason, hint: wayRound(prefix) });
  }
  const names = asArray(json['repositories']).flatMap((name) => asText(name) ?? []);
  return {
    repositories: names.flatMap((name) => repositoryBelow(name, prefix)),
    ...optional('next', nextPage(answer, task)),
  };
}

/** The list is foreign text that becomes part of addresses. */
function repositoryBelow(name: string, { registry, path }: RepositoryPrefix): readonly Repository[] {
  if (path !== '' && name !== path && !name.startsWith(`${path}/`)) return [];
  try {
    const { repository } = parseReference(`${registry}/${name}`);
    return repository.path === name ? [repository] : [];
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

async function noCatalogue(answer: Answer, task: string, prefix: RepositoryPrefix): Promise<RegistryError> {
  const { bytes } = await answer.bytes(MAX_ERROR_BODY).catch(() => ({ bytes: new Uint8Array() }));
  const entries = parseErrorBody(bytes);
  const { status } = answer;
  return answerError(answer, {
    code: status === 401 || status === 403 ? 'denied' : 'registry',
    task,
    entries,
    reason: describeStatus(status, entries),
    hint: wayRound(prefix),
  });
}

function wayRound({ registry }: RepositoryPrefix): string {
  const name = registry === DOCKER_HUB ? 'Docker Hub' : registry;
  return `${name} has no catalogue, or none for these credentials: name the images, or give a list of them.`;
}
