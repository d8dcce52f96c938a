import { createHash } from 'node:crypto';
import { BuildpacksError, type Log, type Network } from '@buildpacks-ci/core';
import { exchange, headerOf, messageOf, refusal } from '../exchange.ts';

export interface ArtifactOptions {
  /** The job's: where the service is, and the token for it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly network: Network;
  /** From now on it prints neither the token nor a signature. */
  readonly log: Pick<Log, 'mask'>;
  readonly signal: AbortSignal;
}

const SERVICE = 'github.actions.results.api.v1.ArtifactService';
/** Of the protocol: the content is a zip archive. */
const VERSION = 4;
/** Milliseconds for an answer, and for the archive. */
const PATIENCE = { answer: 15_000, upload: 120_000 };
const WHO = "GitHub's artifact service";

/**
 * Keeps an archive as an artifact of the run: Twirp with JSON, and a signed URL of a blob store, which never sees the token.
 *
 * @param name as people see it; unique in a run
 * @param archive a zip archive
 * @throws BuildpacksError when there is no such service, or when it refuses
 */
export async function uploadArtifact(name: string, archive: Buffer, options: ArtifactOptions): Promise<void> {
  const service = findService(options.environment);
  options.log.mask(service.token);
  const identity = { ...service.job, name };
  const created = await call('CreateArtifact', { ...identity, version: VERSION }, service, options);
  const url = textOf(created['signed_upload_url']);
  if (created['ok'] !== true || !URL.canParse(url)) throw refused(name, created);
  await upload(new URL(url), archive, options);
  const hash = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
  const content = { size: String(archive.length), hash };
  const finished = await call('FinalizeArtifact', { ...identity, ...content }, service, options);
  if (finished['ok'] !== true) throw refused(name, finished);
}

interface Service {
  readonly url: URL;
  readonly token: string;
  /** How the service calls this job: the token says it. */
  readonly job: { readonly workflow_run_backend_id: string; readonly workflow_job_run_backend_id: string };
}

function findService({
  ACTIONS_RESULTS_URL: url = '',
  ACTIONS_RUNTIME_TOKEN: token = '',
}: ArtifactOptions['environment']): Service {
  const [, run, job] = /(?:^| )Actions\.Results:([^: ]+):([^: ]+)(?: |$)/.exec(scopesOf(token)) ?? [];
  if (!URL.canParse(url) || run === undefined || job === undefined)
    throw new BuildpacksError('engine', 'the runner offers no artifact service');
  return { url: new URL(url), token, job: { workflow_run_backend_id: run, workflow_job_run_backend_id: job } };
}

/** The claim `scp` of the runtime token (a JWT). */
function scopesOf(token: string): string {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { scp: unknown };
    return textOf(payload.scp);
  } catch {
    return '';
  }
}

async function call(
  method: string,
  request: object,
  { url, token }: Service,
  { network, signal }: ArtifactOptions,
): Promise<Readonly<Record<string, unknown>>> {
  const limit = limited(signal, PATIENCE.answer);
  const answer = await exchange(network, {
    url: new URL(`/twirp/${SERVICE}/${method}`, url),
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
    signal: limit,
  });
  const text = await messageOf(answer, WHO, limit);
  if (answer.statusCode !== 200) throw refusal(WHO, answer, messageIn(text));
  return recordIn(text);
}

async function upload(url: URL, archive: Buffer, { network, log, signal }: ArtifactOptions): Promise<void> {
  const signature = url.searchParams.get('sig');
  if (signature !== null) log.mask(signature);
  const limit = limited(signal, PATIENCE.upload);
  const answer = await exchange(network, {
    url,
    method: 'PUT',
    headers: { 'content-type': 'application/zip', 'x-ms-blob-type': 'BlockBlob' },
    body: archive,
    signal: limit,
  });
  await messageOf(answer, url.host, limit);
  if (answer.statusCode !== 201 && answer.statusCode !== 200)
    throw refusal(url.host, answer, headerOf(answer, 'x-ms-error-code'));
}

function limited(signal: AbortSignal, milliseconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
}

function refused(name: string, answer: Readonly<Record<string, unknown>>): BuildpacksError {
  const detail = textOf(answer['message']);
  return new BuildpacksError('registry', `${WHO} did not take "${name}"${detail === '' ? '' : `: ${detail}`}`);
}

function messageIn(text: string): string {
  return textOf(recordIn(text)['msg']);
}

function recordIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
