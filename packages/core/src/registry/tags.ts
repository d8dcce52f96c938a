import { asArray, asRecord, asText, parseJson } from '../json/json.ts';
import { formatRepository, type Repository } from '../reference/index.ts';
import { answerError } from './error.ts';
import { nextPage } from './next-page.ts';
import type { Call, Transport } from './transport.ts';
import type { Answer } from './wire.ts';

/** Tags that are asked for at once; registries may give fewer. */
const PAGE = 1000;
/** Bytes of a page, and pages of a list: no repository that anybody keeps in order has more. */
const MAX_BYTES = 4 * 1024 * 1024;
const MAX_PAGES = 200;

interface Page {
  readonly tags: readonly string[];
  readonly next?: URL;
}

/** All tags of a repository, page by page (distribution specification, listing tags); none of one that is not there. */
export async function listTags(
  transport: Transport,
  repository: Repository,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const call: Call = {
    task: `list the tags of ${formatRepository(repository)}`,
    method: 'GET',
    target: `tags/list?n=${PAGE}`,
    access: { repository, right: 'pull' },
    expect: [200, 404],
    errand: 'download',
    signal,
  };
  const tags: string[] = [];
  let target: Call['target'] | undefined = call.target;
  for (let page = 0; target !== undefined && page < MAX_PAGES; page++) {
    const read: Page = await transport.call({ ...call, target }, (answer) => readPage(answer, call));
    tags.push(...read.tags);
    target = read.next;
  }
  return tags;
}

async function readPage(answer: Answer, { task }: Call): Promise<Page> {
  if (answer.status === 404) {
    await answer.discard();
    return { tags: [] };
  }
  const { bytes, complete } = await answer.bytes(MAX_BYTES);
  const json = complete ? asRecord(parseJson(bytes)) : undefined;
  if (json === undefined) throw answerError(answer, { task, reason: 'the answer is no list of tags' });
  const tags = asArray(json['tags']).flatMap((tag) => asText(tag) ?? []);
  const next = nextPage(answer, task);
  return { tags, ...(next !== undefined && { next }) };
}
