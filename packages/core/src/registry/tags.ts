import { asRecord, asStrings, parseJson } from '../json/json.ts';
import { formatRepository, isTag, type Repository } from '../reference/index.ts';
import { answerError, RegistryError } from './error.ts';
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

/**
 * All tags of a repository, page by page (distribution specification, listing tags); none of one that is not there. Names that can be no
 * tags are left out: they become parts of addresses.
 *
 * @throws RegistryError also when the list does not end
 */
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
    for (const tag of read.tags) tags.push(tag);
    target = read.next;
  }
  if (target !== undefined) throw tooLong(call);
  return tags;
}

function tooLong({ task }: Call): RegistryError {
  return new RegistryError({ code: 'registry', task, reason: `the list has more than ${MAX_PAGES} pages` });
}

async function readPage(answer: Answer, { task }: Call): Promise<Page> {
  if (answer.status === 404) {
    await answer.discard();
    return { tags: [] };
  }
  const { bytes, complete } = await answer.bytes(MAX_BYTES);
  const json = complete ? asRecord(parseJson(bytes)) : undefined;
  if (json === undefined) throw answerError(answer, { task, reason: 'the answer is no list of tags' });
  const tags = asStrings(json['tags']).filter(isTag);
  const next = nextPage(answer, task);
  return { tags, ...(next !== undefined && { next }) };
}
