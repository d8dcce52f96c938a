import type { Octokit } from '@octokit/rest';
import { supersededEntries } from './cache/index.ts';

/** All names of ours begin so. */
const PREFIX = 'buildpacks-ci-';

/** The API allows so many requests in an hour to all jobs of a repository together that none may take many. */
const MOST_DELETIONS = 50;

export interface Pruned {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * Removes cache entries of this action that newer ones have taken the place of; GitHub itself would keep them for days, at the cost of
 * others.
 *
 * @param repository `owner/name`
 * @param now milliseconds since the epoch
 * @returns undefined when the token may not: the job lacks `actions: write`
 */
export async function pruneCaches(api: Octokit, repository: string, now: number): Promise<Pruned | undefined> {
  const [owner = '', repo = ''] = repository.split('/');
  try {
    const superseded = supersededEntries(await listEntries(api, owner, repo), now).slice(0, MOST_DELETIONS);
    for (const { id } of superseded) await removeEntry(api, owner, repo, id);
    return { entries: superseded.length, bytes: superseded.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
  } catch (error) {
    if (isStatus(error, 401, 403, 404)) return undefined;
    throw error;
  }
}

async function listEntries(api: Octokit, owner: string, repo: string) {
  const entries = await api.paginate(api.actions.getActionsCacheList, {
    ...{ owner, repo, key: PREFIX, per_page: 100 },
    // What is added meanwhile moves nothing from page to page.
    ...({ sort: 'created_at', direction: 'asc' } as const),
  });
  return entries.map(({ id, key = '', ref = '', created_at: created = '', size_in_bytes: sizeBytes = 0 }) => ({
    ...{ id, key, ref, sizeBytes },
    createdAt: Date.parse(created),
  }));
}

/** Another job may have removed it a moment ago. */
async function removeEntry(api: Octokit, owner: string, repo: string, id: number | undefined): Promise<void> {
  if (id === undefined) return;
  try {
    await api.actions.deleteActionsCacheById({ owner, repo, cache_id: id });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof Error && 'status' in error && statuses.includes(Number(error.status));
}
