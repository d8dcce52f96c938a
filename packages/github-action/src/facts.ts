import { readFile } from 'node:fs/promises';
import type { CiFacts } from '@buildpacks-ci/core';

/**
 * Started by people who may write to the repository, with code that is in it (`docs/inputs.md`, the table of trust). A merge queue tries pull
 * requests that may yet be thrown out: its images are for nobody.
 */
const TRUSTED_EVENTS: ReadonlySet<string> = new Set([
  'push',
  'schedule',
  'workflow_dispatch',
  'repository_dispatch',
  'release',
]);

/** They run on the default branch alone, also when their payload does not say which that is. */
const ALWAYS_DEFAULT_BRANCH: ReadonlySet<string> = new Set(['schedule', 'repository_dispatch']);

/** What an event tells that the variables don't; read from the file that the runner wrote. */
interface EventPayload {
  readonly defaultBranch: string | undefined;
  /** Of the pull request that it is about. */
  readonly pullRequest: number | undefined;
  /** What a merge queue is to merge into. */
  readonly mergeBase: string | undefined;
  readonly commitTime: number | undefined;
}

/**
 * What GitHub knows about this run, from the variables of the runner and the event's payload. An event that is not known is untrusted.
 *
 * @see https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
export async function readFacts(environment: Readonly<Record<string, string>>): Promise<CiFacts> {
  const event = environment['GITHUB_EVENT_NAME'] ?? '';
  const trusted = TRUSTED_EVENTS.has(event);
  const payload = await readPayload(environment['GITHUB_EVENT_PATH']);
  const ref = trusted ? given(environment['GITHUB_REF']) : untrustedRef(environment, payload);
  const baseRef = given(environment['GITHUB_BASE_REF']) ?? payload.mergeBase;
  const sha = given(environment['GITHUB_SHA']);
  return {
    trust: trusted ? 'trusted' : 'untrusted',
    ...(ref !== undefined && { ref }),
    ...(baseRef !== undefined && { baseRef }),
    ...(payload.defaultBranch !== undefined && { defaultBranch: payload.defaultBranch }),
    // Some of these events run on the default branch's ref: what outsiders start must not get its tag.
    ...(!trusted && { isDefaultBranch: false }),
    ...(sha !== undefined && { sha }),
    ...(payload.commitTime !== undefined && { commitTime: payload.commitTime }),
    ...(ALWAYS_DEFAULT_BRANCH.has(event) && { isDefaultBranch: true }),
    ...(event === 'schedule' && { scheduled: true }),
  };
}

/** `pull_request_target` and comments run on a branch of the repository, though it is a pull request that they are about. */
function untrustedRef(
  environment: Readonly<Record<string, string>>,
  { pullRequest }: EventPayload,
): string | undefined {
  return pullRequest === undefined ? given(environment['GITHUB_REF']) : `refs/pull/${pullRequest}/merge`;
}

async function readPayload(file: string | undefined): Promise<EventPayload> {
  const text = given(file) === undefined ? '{}' : await readFile(file ?? '', 'utf8').catch(() => '{}');
  const payload = record(parsed(text));
  const issue = record(payload['issue']);
  const number = record(payload['pull_request'])['number'] ?? ('pull_request' in issue ? issue['number'] : undefined);
  const time = Date.parse(String(record(payload['head_commit'])['timestamp']));
  return {
    defaultBranch: given(record(payload['repository'])['default_branch']),
    pullRequest: Number.isSafeInteger(number) ? Number(number) : undefined,
    mergeBase: given(record(payload['merge_group'])['base_ref']),
    commitTime: Number.isNaN(time) ? undefined : Math.floor(time / 1000),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function given(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
