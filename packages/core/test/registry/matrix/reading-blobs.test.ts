import { describe } from 'vitest';
import { cuts } from '../fake/effects.ts';
import { once } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { CONTENT } from './world.ts';

const TRUNCATED: readonly Row[] = [
  {
    name: 'goes on where the connection was cut',
    faults: [once('GET blob', cuts(4))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 4'],
    waits: [500],
  },
];

describe('a blob that is cut', () => {
  testRows(TRUNCATED);
});
