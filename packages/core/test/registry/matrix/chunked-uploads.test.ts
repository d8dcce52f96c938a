import { describe } from 'vitest';
import { answers, both, losesAnswer, refusesUnread, resets, resetsKeeping, says, sends } from '../fake/effects.ts';
import { always, once } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';

const MIB = 1024 * 1024;
/** More than a chunk. */
const LARGE = Buffer.alloc(9 * MIB, 'x');
const FIRST = `0-${8 * MIB - 1}`;
const LAST = `${8 * MIB}-${9 * MIB - 1}`;

/** A large blob; the outcome is told by its length, for the sake of messages. */
function large(row: Omit<Row, 'act' | 'content'>): Row {
  const upload: Row['act'] = async (world) => (await act.uploadBlob(world))?.length;
  return { ...row, content: LARGE, act: upload };
}

const CHUNKS: readonly Row[] = [
  large({
    name: 'is sent in one piece',
    gives: 9 * MIB,
    requests: ['POST uploads', 'PUT upload'],
  }),
  large({
    name: 'is sent in chunks when it broke off',
    faults: [once('PUT upload', resets(MIB))],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'HEAD blob', 'POST uploads', 'DELETE upload'],
      ...[`PATCH upload ${FIRST}`, `PUT upload ${LAST}`],
    ],
    waits: [500],
  }),
  large({
    name: 'is sent in chunks at once when it is too large for a proxy',
    faults: [once('PUT upload', refusesUnread(413))],
    gives: 9 * MIB,
    requests: [
      'POST uploads',
      'PUT upload',
      'DELETE upload',
      'POST uploads',
      `PATCH upload ${FIRST}`,
      `PUT upload ${LAST}`,
    ],
  }),
  {
    name: 'is sent in chunks when its bytes are at hand, too',
    content: LARGE,
    faults: [once('PUT upload', refusesUnread(413))],
    act: async ({ client, repository, blob, content, store, stored }) => {
      store.blobs.delete(blob.digest);
      await client.uploadBlob(repository, blob, () => content);
      return stored()?.length;
    },
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload'],
      ...['POST uploads', `PATCH upload ${FIRST}`, `PUT upload ${LAST}`],
    ],
  },
  large({
    name: 'goes on where a chunk was cut',
    faults: [once('PUT upload', refusesUnread(413)), once('PATCH upload', resetsKeeping(MIB))],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads'],
      ...[`PATCH upload ${FIRST}`, 'GET upload', `PATCH upload ${MIB}-${8 * MIB - 1}`, `PUT upload ${LAST}`],
    ],
    waits: [500],
  }),
  large({
    name: 'goes on with the next chunk when only the answer to one was lost',
    faults: [once('PUT upload', refusesUnread(413)), once('PATCH upload', losesAnswer())],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads'],
      ...[`PATCH upload ${FIRST}`, 'GET upload', `PUT upload ${LAST}`],
    ],
    waits: [500],
  }),
  large({
    name: 'asks where it is when a chunk is refused with 416',
    faults: [once('PUT upload', refusesUnread(413)), once('PATCH upload', answers(416))],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads'],
      ...[`PATCH upload ${FIRST}`, 'GET upload', `PATCH upload ${FIRST}`, `PUT upload ${LAST}`],
    ],
  }),
  large({
    name: 'does not believe a range that stands still, nor minds 201, as Amazon has it',
    faults: [once('PUT upload', refusesUnread(413)), always('PATCH upload', both(says(201), sends({ range: '0-0' })))],
    gives: 9 * MIB,
    requests: [
      'POST uploads',
      'PUT upload',
      'DELETE upload',
      'POST uploads',
      `PATCH upload ${FIRST}`,
      `PUT upload ${LAST}`,
    ],
  }),
  large({
    name: 'is sent in chunks as large as the registry wants them',
    faults: [
      once('PUT upload', refusesUnread(413)),
      always('POST uploads', sends({ 'oci-chunk-min-length': String(8.5 * MIB) })),
    ],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload', 'POST uploads'],
      ...[`PATCH upload 0-${8.5 * MIB - 1}`, `PUT upload ${8.5 * MIB}-${9 * MIB - 1}`],
    ],
  }),
  large({
    name: 'is sent in one piece again when chunks are refused, as GitHub and Google do',
    faults: [once('PUT upload', resets(MIB)), always('PATCH upload', answers(405))],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'HEAD blob', 'POST uploads', 'DELETE upload'],
      ...[`PATCH upload ${FIRST}`, 'DELETE upload', 'POST uploads', 'PUT upload'],
    ],
    waits: [500, 1000],
  }),
  large({
    name: 'tells of the size when chunks are refused, too',
    faults: [always('PUT upload', refusesUnread(413)), always('PATCH upload', answers(405))],
    fails: { code: 'registry', says: ['413 Payload Too Large', 'raise that limit'] },
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload'],
      ...['POST uploads', `PATCH upload ${FIRST}`, 'DELETE upload'],
    ],
  }),
  large({
    name: 'is done when only the last answer was lost',
    faults: [once('PUT upload', refusesUnread(413)), once('PUT upload', losesAnswer())],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload'],
      ...['POST uploads', `PATCH upload ${FIRST}`, `PUT upload ${LAST}`, 'GET upload', 'DELETE upload', 'HEAD blob'],
    ],
    waits: [500, 500],
  }),
  large({
    name: 'begins anew when the registry has lost the chunks',
    faults: [
      once('PUT upload', refusesUnread(413)),
      once('PATCH upload', resets(MIB)),
      once('GET upload', answers(404)),
    ],
    gives: 9 * MIB,
    requests: [
      ...['POST uploads', 'PUT upload', 'DELETE upload'],
      ...['POST uploads', `PATCH upload ${FIRST}`, 'GET upload', 'DELETE upload'],
      ...['HEAD blob', 'POST uploads', `PATCH upload ${FIRST}`, `PUT upload ${LAST}`],
    ],
    waits: [500, 500],
  }),
];

describe('a large upload', () => {
  testRows(CHUNKS);
});
