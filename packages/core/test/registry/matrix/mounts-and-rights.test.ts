import { describe } from 'vitest';
import { answers, resets, showsPage } from '../fake/effects.ts';
import { always, once } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';

const BEARER = { kind: 'bearer', token: 't0ken' } as const;

const MOUNTS: readonly Row[] = [
  {
    name: 'is done by 201',
    faults: [once('POST mount', answers(201))],
    act: act.mountBlob,
    gives: true,
    requests: ['POST mount'],
  },
  {
    name: 'is not done by 202, whose upload is cancelled',
    act: act.mountBlob,
    gives: false,
    requests: ['POST mount', 'DELETE upload'],
  },
  {
    name: 'is not done by 405',
    faults: [once('POST mount', answers(405))],
    act: act.mountBlob,
    gives: false,
    requests: ['POST mount'],
  },
  {
    name: 'is not done by a page',
    faults: [once('POST mount', showsPage(201, 'Welcome'))],
    act: act.mountBlob,
    gives: false,
    requests: ['POST mount'],
  },
  {
    name: 'is left for an upload when the registry fails at it each time',
    faults: [always('POST mount', answers(500))],
    act: act.mountBlob,
    gives: false,
    requests: ['POST mount', 'POST mount', 'POST mount', 'POST mount'],
    waits: [500, 1000, 2000],
  },
  {
    name: 'fails when there is no answer',
    faults: [always('POST mount', resets())],
    act: act.mountBlob,
    fails: { code: 'temporary', says: ["can't mount the blob"] },
    requests: ['POST mount', 'POST mount', 'POST mount', 'POST mount'],
    waits: [500, 1000, 2000],
  },
];

const RIGHTS: readonly Row[] = [
  {
    name: 'is there when an upload begins, which is cancelled',
    act: act.checkPush,
    requests: ['POST uploads', 'DELETE upload'],
  },
  {
    name: 'is there even when the registry can not cancel',
    faults: [once('DELETE upload', answers(405))],
    act: act.checkPush,
    requests: ['POST uploads', 'DELETE upload'],
    abandoned: 1,
  },
  {
    name: 'is not there by 403',
    credential: BEARER,
    faults: [once('POST uploads', answers(403, {}, '{"errors":[{"code":"DENIED","message":"read only"}]}'))],
    act: act.checkPush,
    fails: { code: 'denied', says: ['DENIED: read only', 'tried to push to', 'may push'] },
    requests: ['POST uploads with t0ken'],
  },
  {
    name: 'is not there on a mirror',
    faults: [once('POST uploads', answers(405))],
    act: act.checkPush,
    fails: { code: 'registry', says: ['405 Method Not Allowed', 'may be a read-only mirror'] },
    requests: ['POST uploads'],
  },
  {
    name: 'is not there by a page',
    faults: [once('POST uploads', showsPage(202, 'Please wait'))],
    act: act.checkPush,
    fails: { code: 'registry', says: ['a web page titled "Please wait"'] },
    requests: ['POST uploads'],
  },
];

describe('a mount', () => {
  testRows(MOUNTS);
});

describe('the right to push', () => {
  testRows(RIGHTS);
});
