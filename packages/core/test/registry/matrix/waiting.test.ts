import { describe } from 'vitest';
import { answers, resets, showsPage } from '../fake/effects.ts';
import { always, once, times } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { ALICE, CONTENT } from './world.ts';

const HUB = {
  'ratelimit-limit': '100;w=21600',
  'ratelimit-remaining': '0;w=21600',
  'docker-ratelimit-source': '192.0.2.7',
};

/** All of them read a blob that the registry does not give at once. */
function reading(row: Omit<Row, 'act' | 'requests'> & { readonly tries: number }): Row {
  return { ...row, act: act.readBlob, requests: Array.from({ length: row.tries }, () => 'GET blob') };
}

const ROWS: readonly Row[] = [
  reading({
    name: '429 with seconds is waited for as long',
    faults: [once('GET blob', answers(429, { 'retry-after': '7' }))],
    gives: CONTENT,
    tries: 2,
    waits: [7000],
  }),
  reading({
    name: '429 with a date is waited for until then',
    faults: [once('GET blob', answers(429, { 'retry-after': 'Thu, 01 Jan 2026 00:00:09 GMT' }))],
    gives: CONTENT,
    tries: 2,
    waits: [9000],
  }),
  reading({
    name: '429 with a date that has passed is waited for as without one',
    faults: [once('GET blob', answers(429, { 'retry-after': 'Wed, 31 Dec 2025 00:00:00 GMT' }))],
    gives: CONTENT,
    tries: 2,
    waits: [2000],
  }),
  reading({
    name: '429 without a time is waited for longer than a failure',
    faults: [times(3, 'GET blob', answers(429))],
    gives: CONTENT,
    tries: 4,
    waits: [2000, 4000, 8000],
  }),
  reading({
    name: '429 with nonsense for a time is waited for as without one',
    faults: [once('GET blob', answers(429, { 'retry-after': 'soon' }))],
    gives: CONTENT,
    tries: 2,
    waits: [2000],
  }),
  reading({
    name: '429 with an absurd time is given up at once, and told',
    faults: [always('GET blob', answers(429, { 'retry-after': '99999999999999999999' }))],
    fails: { code: 'temporary', says: ['429 Too Many Requests, to be tried again in more than 100 days'] },
    tries: 1,
  }),
  reading({
    name: '429 is given up when it would take more than two minutes in all',
    faults: [always('GET blob', answers(429, { 'retry-after': '50' }))],
    fails: { code: 'temporary', says: ['to be tried again in 50 s'] },
    tries: 3,
    waits: [50_000, 50_000],
  }),
  reading({
    name: '429 of Docker Hub tells how many requests are left, and to give a credential',
    faults: [
      always('GET blob', answers(429, HUB, '{"errors":[{"code":"TOOMANYREQUESTS","message":"pull rate limit"}]}')),
    ],
    fails: {
      code: 'temporary',
      says: [
        '(TOOMANYREQUESTS: pull rate limit), 0 of 100 requests per 6 h left',
        'limits anonymous requests: give a credential',
      ],
    },
    tries: 4,
    waits: [2000, 4000, 8000],
  }),
  reading({
    name: '503 passes',
    faults: [times(3, 'GET blob', answers(503))],
    gives: CONTENT,
    tries: 4,
    waits: [500, 1000, 2000],
  }),
  reading({
    name: '503 that tells how long is waited for as long',
    faults: [once('GET blob', answers(503, { 'retry-after': '20' }))],
    gives: CONTENT,
    tries: 2,
    waits: [20_000],
  }),
  reading({
    name: '503 that lasts is given up',
    faults: [always('GET blob', answers(503))],
    fails: { code: 'temporary', says: ['503 Service Unavailable', 'or a proxy before it'] },
    tries: 4,
    waits: [500, 1000, 2000],
  }),
  reading({
    name: '502 in the page of a proxy is told as such',
    faults: [always('GET blob', showsPage(502, '502 Bad Gateway &mdash; proxy7'))],
    fails: { code: 'temporary', says: ['502 Bad Gateway, in a web page titled "502 Bad Gateway'] },
    tries: 4,
    waits: [500, 1000, 2000],
  }),
  reading({
    name: 'several kinds of trouble share the tries',
    faults: [once('GET blob', resets()), once('GET blob', answers(503)), once('GET blob', answers(429))],
    gives: CONTENT,
    tries: 4,
    waits: [500, 1000, 8000],
  }),
  reading({
    name: 'a refusal with a body without end is read to a limit',
    faults: [always('GET blob', answers(403, {}, 'x'.repeat(8 * 1024 * 1024)))],
    fails: { code: 'denied', says: ['403 Forbidden'] },
    tries: 1,
  }),
  {
    name: 'a token service that limits is waited for as well',
    guard: { kind: 'bearer' },
    credential: ALICE,
    faults: [once('GET token', answers(429, { 'retry-after': '3' }))],
    act: act.readBlob,
    gives: CONTENT,
    requests: [
      'GET ping',
      'GET token repository:app:pull as alice',
      'GET token repository:app:pull as alice',
      'GET blob with token-1',
    ],
    waits: [3000],
  },
];

describe('when to try again', () => {
  testRows(ROWS);
});
