import { describe, expect, it } from 'vitest';
import { keepComment, keepIssue, type Thread } from '../../src/rebase/thread.ts';
import { type ApiAnswer, type ApiRequest, openNetwork, startApi } from '../support/fake-api.ts';

interface Entry {
  readonly number: number;
  body: string;
  state: string;
  readonly state_reason?: string;
  readonly pull_request?: object;
}

/** As much of the API as one repository's issues, or one pull request's comments, need. */
async function startIssues(entries: Entry[]) {
  const answer = ({ line, body }: ApiRequest, baseUrl: string): ApiAnswer => {
    const [method = '', path = ''] = line.split(' ');
    const page = (entry: Entry) => ({ ...entry, id: entry.number, html_url: `${baseUrl}/${entry.number}` });
    if (method === 'GET') return { status: 200, json: entries.map(page) };
    const sent = JSON.parse(body) as Partial<Entry>;
    if (method === 'POST') {
      const entry = { number: entries.length + 1, body: '', state: 'open', ...sent };
      entries.push(entry);
      return { status: 201, json: page(entry) };
    }
    const entry = entries.find(({ number }) => path.endsWith(`/${number}`));
    if (entry === undefined) return { status: 404, json: {} };
    return { status: 200, json: page(Object.assign(entry, sent)) };
  };
  return startApi(answer);
}

function thread(baseUrl: string, more: Partial<Thread> = {}): Thread {
  return {
    title: 'Old images',
    markdown: '1 image: 1 outdated\n',
    isNeeded: true,
    token: 'a-token',
    environment: {
      GITHUB_API_URL: baseUrl,
      GITHUB_REPOSITORY: 'octo/shop',
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_RUN_ID: '42',
    },
    ports: { network: openNetwork(), signal: new AbortController().signal },
    ...more,
  };
}

const sentTo = (requests: readonly ApiRequest[]) =>
  requests.map(({ line }) => line.replace(/\?.*/, '')).filter((line) => !line.startsWith('GET'));

describe('keepIssue', () => {
  it('opens one issue, finds it again, closes it, and opens it again', async () => {
    const entries: Entry[] = [];
    const { baseUrl, requests } = await startIssues(entries);
    await keepIssue(thread(baseUrl));
    await keepIssue(thread(baseUrl, { markdown: '2 images: 2 outdated\n' }));
    expect(entries).toMatchObject([
      {
        state: 'open',
        title: 'Old images',
        labels: ['buildpacks-ci'],
        body: expect.stringContaining('2 outdated') as string,
      },
    ]);
    await keepIssue(thread(baseUrl, { isNeeded: false }));
    expect(entries).toMatchObject([{ state: 'closed', state_reason: 'completed' }]);
    await keepIssue(thread(baseUrl));
    expect(entries).toMatchObject([{ state: 'open' }]);
    expect(sentTo(requests)).toEqual([
      'POST /repos/octo/shop/issues',
      ...Array.from({ length: 3 }, () => 'PATCH /repos/octo/shop/issues/1'),
    ]);
  });

  it('opens none when nobody is needed', async () => {
    const { baseUrl, requests } = await startIssues([]);
    expect(await keepIssue(thread(baseUrl, { isNeeded: false }))).toBeUndefined();
    expect(sentTo(requests)).toEqual([]);
  });

  it('keeps reports of different titles apart', async () => {
    const entries: Entry[] = [];
    const { baseUrl } = await startIssues(entries);
    await keepIssue(thread(baseUrl));
    await keepIssue(thread(baseUrl, { title: 'Others' }));
    expect(entries).toHaveLength(2);
  });

  it.each([
    ['an issue of somebody else', { body: 'not ours', state: 'open' }, 2],
    ['a pull request', { state: 'open', pull_request: {} }, 2],
    ['what a person has closed as not planned', { state: 'closed', state_reason: 'not_planned' }, 1],
  ])('leaves %s alone', async (_, entry, count) => {
    const own: Entry[] = [];
    await keepIssue(thread((await startIssues(own)).baseUrl));
    const found = { ...own[0], ...entry, number: 1 } as Entry;
    const entries = [{ ...found }];
    await keepIssue(thread((await startIssues(entries)).baseUrl, { markdown: 'new\n' }));
    expect(entries[0]).toEqual(found);
    expect(entries).toHaveLength(count);
  });

  it('fits a long report into the limit of the API, by whole lines', async () => {
    const entries: Entry[] = [];
    const { baseUrl } = await startIssues(entries);
    await keepIssue(thread(baseUrl, { markdown: '| a row of a table |\n'.repeat(10_000) }));
    expect(entries[0]?.body.length).toBeLessThan(65_536);
    expect(entries[0]?.body).toMatch(/\| a row of a table \|\n\n\d+ more are in the report of the run\.\n/);
  });

  it.each([401, 403, 404, 410])('says which permission is missing (%i)', async (status) => {
    const { baseUrl } = await startApi(() => ({ status, json: { message: 'Resource not accessible by integration' } }));
    await expect(keepIssue(thread(baseUrl))).rejects.toThrow('issues: write');
  });
});

describe('keepComment', () => {
  it('keeps one comment on the pull request', async () => {
    const entries: Entry[] = [{ number: 1, body: 'a person', state: 'open' }];
    const { baseUrl, requests } = await startIssues(entries);
    await keepComment(7, thread(baseUrl));
    await keepComment(7, thread(baseUrl, { markdown: 'everything is new\n' }));
    expect(entries.map(({ body }) => body)).toEqual(['a person', expect.stringContaining('everything is new')]);
    expect(sentTo(requests)).toEqual([
      'POST /repos/octo/shop/issues/7/comments',
      'PATCH /repos/octo/shop/issues/comments/2',
    ]);
  });
});
