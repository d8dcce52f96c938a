import { createHash } from 'node:crypto';
import { BuildpacksError, type Ports } from '@buildpacks-ci/core';
import type { Octokit } from '@octokit/rest';
import { createApi } from '../api.ts';

/** A report, and where it goes. */
export interface Thread {
  readonly title: string;
  readonly markdown: string;
  /** Somebody should look at it. */
  readonly isNeeded: boolean;
  readonly token: string;
  /** The runner's variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: Pick<Ports, 'network' | 'signal'>;
}

/** Only who may write to the repository can put it on an issue, so that what has it is ours. */
const LABEL = 'buildpacks-ci';

/** The API's limit for one page. */
const PAGE = 100;

/**
 * Keeps one issue: opens or updates it while somebody is needed, and closes it when nobody is. One that a person has closed as not planned stays so.
 *
 * @returns its address; undefined when there is none to open
 * @throws BuildpacksError `denied` when the token may not
 */
export async function keepIssue(thread: Thread): Promise<string | undefined> {
  const { title, isNeeded } = thread;
  return withApi(thread, 'issues: write', async ({ issues }, repository) => {
    const found = await issues.listForRepo({ ...repository, labels: LABEL, state: 'all', per_page: PAGE });
    const mark = markOf(title);
    const own = found.data.find((issue) => issue.pull_request === undefined && issue.body?.includes(mark) === true);
    const body = bodyOf(thread);
    if (own === undefined) {
      if (!isNeeded) return undefined;
      return (await issues.create({ ...repository, title, body, labels: [LABEL] })).data.html_url;
    }
    if (own.state === 'closed' && (!isNeeded || own.state_reason === 'not_planned')) return undefined;
    const state = isNeeded ? ({ state: 'open' } as const) : ({ state: 'closed', state_reason: 'completed' } as const);
    return (await issues.update({ ...repository, issue_number: own.number, body, ...state })).data.html_url;
  });
}

/**
 * Keeps one comment on a pull request.
 *
 * @returns its address
 * @throws BuildpacksError `denied` when the token may not, as in a pull request from a fork
 */
export async function keepComment(pullRequest: number, thread: Thread): Promise<string> {
  return withApi(thread, 'pull-requests: write', async (api, repository) => {
    const place = { ...repository, issue_number: pullRequest };
    const comments = await api.paginate(api.issues.listComments, { ...place, per_page: PAGE });
    const mark = markOf(thread.title);
    const own = comments.find(({ body }) => body?.startsWith(mark) === true);
    const body = bodyOf(thread);
    const { data } = await (own === undefined
      ? api.issues.createComment({ ...place, body })
      : api.issues.updateComment({ ...repository, comment_id: own.id, body }));
    return data.html_url;
  });
}

/** Nobody sees it on the page. */
function markOf(title: string): string {
  return `<!-- buildpacks-ci rebase ${createHash('sha256').update(title).digest('hex').slice(0, 16)} -->`;
}

/** GitHub takes 65536 characters. */
const LARGEST = 60_000;

function bodyOf({ title, markdown, environment }: Thread): string {
  const { GITHUB_SERVER_URL = '', GITHUB_REPOSITORY = '', GITHUB_RUN_ID = '' } = environment;
  const run = `[the run](${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID})`;
  return `${markOf(title)}\n${cut(markdown)}\nFrom ${run}, which replaces this text each time.\n`;
}

/** Whole lines as far as there is room: the report is a table. */
function cut(markdown: string): string {
  if (markdown.length <= LARGEST) return markdown;
  const end = markdown.lastIndexOf('\n', LARGEST);
  const rest = markdown.slice(end + 1).split('\n').length - 1;
  return `${markdown.slice(0, end)}\n\n${rest} more are in the report of the run.\n`;
}

async function withApi<T>(
  { token, environment, ports }: Thread,
  permission: string,
  work: (api: Octokit, repository: { readonly owner: string; readonly repo: string }) => Promise<T>,
): Promise<T> {
  const { GITHUB_API_URL: baseUrl = 'https://api.github.com', GITHUB_REPOSITORY = '' } = environment;
  const [owner = '', repo = ''] = GITHUB_REPOSITORY.split('/');
  try {
    return await work(createApi({ baseUrl, token, ...ports }), { owner, repo });
  } catch (error) {
    const status = error instanceof Error && 'status' in error ? error.status : undefined;
    if (status !== 401 && status !== 403 && status !== 404 && status !== 410) throw error;
    const message = `GitHub answered ${status}: the job needs "permissions: ${permission}"`;
    throw new BuildpacksError('denied', message, { cause: error });
  }
}
