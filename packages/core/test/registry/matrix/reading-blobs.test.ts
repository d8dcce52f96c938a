import { describe } from 'vitest';
import * as act from './actions.ts';
import { always, once, onceReused, times } from '../fake/fault.ts';
import {
  answers,
  compresses,
  cuts,
  expiresTokens,
  gives,
  givesUnmeasured,
  ignoresRange,
  redirectsToStore,
  resets,
  sends,
  speaksHttp10,
  stalls,
  trickles,
  both,
  says,
} from '../fake/effects.ts';
import { type Row, testRows } from './row.ts';
import { ALICE, CONTENT } from './world.ts';

const TRUNCATED: readonly Row[] = [
  {
    name: 'goes on where the connection was cut',
    faults: [once('GET blob', cuts(4))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 4'],
    waits: [500],
  },
  {
    name: 'starts again when it was cut before its first byte',
    faults: [once('GET blob', cuts(0))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob'],
    waits: [500],
  },
];

describe('a blob that is cut', () => {
  testRows(TRUNCATED);
});
