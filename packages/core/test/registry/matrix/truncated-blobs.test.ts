import { describe } from 'vitest';
import { answers, cuts, cutsUnmeasured, ignoresRange, sends, speaksHttp10 } from '../fake/effects.ts';
import { always, once } from '../fake/fault.ts';
import * as act from './actions.ts';
import { type Row, testRows } from './row.ts';
import { CONTENT } from './world.ts';

const TRUNCATED: readonly Row[] = [
  {
    name: 'goes on where it was cut',
    faults: [once('GET blob', cuts(4))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 4'],
    waits: [500],
  },
  {
    name: 'goes on as often as it gets further, within its tries',
    faults: [always('GET blob', cuts(3))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 3', 'GET blob from 6', 'GET blob from 9'],
    waits: [500, 1000, 2000],
  },
  {
    name: 'starts again when it was cut before its first byte',
    faults: [once('GET blob', cuts(0))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob'],
    waits: [500],
  },
  {
    name: 'is given up when it gets no further',
    faults: [always('GET blob', cuts(0))],
    act: act.readBlob,
    fails: { code: 'temporary', says: ["can't read the blob"] },
    requests: ['GET blob', 'GET blob', 'GET blob', 'GET blob'],
    waits: [500, 1000, 2000],
  },
  {
    name: 'skips what it has when the range is ignored',
    faults: [once('GET blob', cuts(4)), once('GET blob from', ignoresRange(CONTENT))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 4'],
    waits: [500],
  },
  {
    name: 'asks for the whole when the range is refused with 416',
    faults: [once('GET blob', cuts(4)), once('GET blob from', answers(416))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 4', 'GET blob'],
    waits: [500],
  },
  {
    name: 'asks for the whole when another range comes',
    faults: [once('GET blob', cuts(4)), once('GET blob from', sends({ 'content-range': 'bytes 2-9/10' }))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 4', 'GET blob'],
    waits: [500],
  },
  {
    name: 'refuses a range that nobody asked for',
    faults: [always('GET blob', answers(206, { 'content-range': 'bytes 4-9/10' }, '456789'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['asked for all of it, it sent "bytes 4-9/10"'] },
    requests: ['GET blob'],
  },
  {
    name: 'goes on when an answer of no length was cut, by HTTP/1.0',
    faults: [once('GET blob', speaksHttp10(4))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob', 'GET blob from 4'],
    waits: [500],
  },
  {
    name: 'is whole by HTTP/1.0, whose bodies end with the connection',
    faults: [once('GET blob', speaksHttp10(CONTENT.length))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob'],
  },
  {
    name: 'is whole when only the end of the answer is missing',
    faults: [once('GET blob', cutsUnmeasured(CONTENT.length))],
    act: act.readBlob,
    gives: CONTENT,
    requests: ['GET blob'],
  },
  {
    name: 'is refused when it is shorter each time',
    faults: [always('GET blob', answers(200, {}, '0123'))],
    act: act.readBlob,
    fails: { code: 'registry', says: ['it has 4 bytes instead of 10'] },
    requests: ['GET blob', 'GET blob from 4', 'GET blob from 4', 'GET blob from 4'],
    waits: [500, 1000, 2000],
  },
];

describe('a blob that is cut', () => {
  testRows(TRUNCATED);
});
