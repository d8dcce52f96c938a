import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import path from 'node:path';
import { buffer, json } from 'node:stream/consumers';
import type { Certificate } from '../certificates.ts';
import { listen, type Listening } from '../listen.ts';
import { type JobState, nextJob } from './pipeline-state.ts';

export interface CoordinatorOptions {
  readonly certificate: Certificate;
  readonly jobs: readonly JobState[];
  /** Folder of the repositories, for clients with a job's token. */
  readonly served: string;
  /** A job in the runner's protocol. */
  readonly describe: (job: JobState, url: string) => object;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

interface Update {
  readonly state: string;
  readonly failure_reason?: string;
  readonly exit_code?: number;
}

const API = /^\/api\/v4\/jobs\/(?:request|(\d+)(?:\/(trace|artifacts))?)$/;
const NOT_FOUND: Answer = { status: 404 };

/** The part of GitLab that a runner talks to: the API for jobs, and the repository. */
export async function startCoordinator(options: CoordinatorOptions): Promise<Listening> {
  const { certificate, key } = options.certificate;
  const server = createServer({ cert: certificate, key }, (request, response) => {
    void answer(request, options, listening.url)
      .catch((error: unknown): Answer => ({ status: 500, body: String(error) }))
      .then(({ status, headers = {}, body = '' }) => response.writeHead(status, headers).end(body));
  });
  const listening = await listen(server, 'https');
  return listening;
}

async function answer(request: IncomingMessage, options: CoordinatorOptions, url: string): Promise<Answer> {
  const { pathname, searchParams } = new URL(request.url ?? '', url);
  const api = API.exec(pathname);
  if (api === null) return repositoryFile(request, pathname, options);
  const [, id, part] = api;
  if (id === undefined) return handOut(options, url);
  const job = options.jobs.find((each) => each.id === Number(id));
  if (job === undefined || request.headers['job-token'] !== job.token) return { status: 403 };
  switch (`${request.method ?? ''} ${part ?? ''}`) {
    case 'PATCH trace':
      return appendLog(job, (await buffer(request)).toString());
    case 'PUT ':
      return update(job, (await json(request)) as Update);
    case 'POST artifacts':
      return keepArtifact(job, request, searchParams);
    case 'GET artifacts':
      return archiveOf(job);
    default:
      return NOT_FOUND;
  }
}

function handOut({ jobs, describe }: CoordinatorOptions, url: string): Answer {
  const job = nextJob(jobs);
  if (job === undefined) return { status: 204 };
  job.status = 'running';
  return jsonAnswer(201, describe(job, url));
}

/** The runner sends what has been added, and is told where the next part begins and that there is no hurry. */
function appendLog(job: JobState, text: string): Answer {
  job.log += text;
  const headers = {
    'job-status': 'running',
    range: `0-${Buffer.byteLength(job.log)}`,
    'x-gitlab-trace-update-interval': '1',
  };
  return { status: 202, headers };
}

function update(job: JobState, { state, failure_reason: failureReason, exit_code: exitCode }: Update): Answer {
  if (state === 'success' || state === 'failed') job.status = state;
  if (state === 'failed') Object.assign(job, { failureReason, exitCode });
  return { status: 200, headers: { 'job-status': state === 'running' ? 'running' : 'success' } };
}

async function keepArtifact(job: JobState, request: IncomingMessage, query: URLSearchParams): Promise<Answer> {
  job.artifacts.push({
    type: query.get('artifact_type') ?? 'archive',
    format: query.get('artifact_format') ?? 'zip',
    content: onlyPart(await buffer(request)),
    ...(query.has('expire_in') && { expireIn: query.get('expire_in') ?? '' }),
  });
  return jsonAnswer(201, {});
}

/** The content of a form (RFC 7578) with one file, which is all that a runner sends. */
function onlyPart(form: Buffer): Buffer {
  const boundary = form.subarray(0, form.indexOf('\r\n'));
  const start = form.indexOf('\r\n\r\n') + 4;
  return form.subarray(start, form.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), start));
}

function archiveOf(job: JobState): Answer {
  const archive = job.artifacts.find(({ type }) => type === 'archive');
  return archive === undefined ? NOT_FOUND : { status: 200, body: archive.content };
}

/** The bare repository's files, for whoever names a running job's token. */
async function repositoryFile(
  { headers: { authorization = '' } }: IncomingMessage,
  pathname: string,
  { served, jobs }: CoordinatorOptions,
): Promise<Answer> {
  const [, password] = Buffer.from(authorization.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':');
  if (!jobs.some(({ token, status }) => status === 'running' && token === password)) {
    return { status: 401, headers: { 'www-authenticate': 'Basic realm="GitLab"' } };
  }
  return readFile(path.join(served, path.posix.normalize(pathname))).then(
    (body) => ({ status: 200, body }),
    () => NOT_FOUND,
  );
}

function jsonAnswer(status: number, value: object): Answer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}
