import { BuildpacksError, InputError } from '@buildpacks-ci/core';
import { describe, expect, test } from 'vitest';
import { createConsole } from '../src/console/console.ts';
import type { LogLevel } from '@buildpacks-ci/core';
import { recorder, standingClock } from './recorder.ts';

interface Setting {
  readonly terminal?: { readonly columns: number };
  readonly environment?: Readonly<Record<string, string>>;
  readonly level?: LogLevel;
}

function consoleOn({ terminal, environment = {}, level = 'info' }: Setting = {}) {
  const stdout = recorder();
  const stderr = recorder(terminal);
  const clock = standingClock();
  return { ...createConsole({ stdout, stderr, clock, environment, level }), stdout, stderr, clock };
}

const TERMINAL = { columns: 60 };

describe('on a pipe', () => {
  test('phases are plain lines with the time they took', () => {
    const { log, clock, stderr } = consoleOn();
    log.phase('prepare');
    log.info('reading the builder');
    clock.pass(1_240);
    log.phase('run');
    log.output('===> DETECTING');
    log.endPhase();
    expect(stderr.text()).toBe(
      [
        '== prepare',
        'reading the builder',
        '== prepare: done after 1.2 s',
        '== run',
        '    ===> DETECTING',
        '== run: done after 0 ms',
        '',
      ].join('\n'),
    );
  });

  test('a long transfer says a word every ten seconds', () => {
    const { log, clock, stderr } = consoleOn();
    for (const done of [1, 2, 3, 4]) {
      clock.pass(6_000);
      log.progress({ label: 'layer', done: done * 1_000_000, total: 70_000_000 });
    }
    expect(stderr.text()).toBe('layer: 2 MB of 70 MB\nlayer: 4 MB of 70 MB\n');
  });

  test('several transfers are told in one line, until the next phase begins', () => {
    const { log, clock, stderr } = consoleOn();
    log.progress({ label: 'a', done: 0, total: 30_000_000 });
    clock.pass(10_000);
    log.progress({ label: 'b', done: 5_000_000, total: 40_000_000 });
    log.phase('push');
    clock.pass(10_000);
    log.progress({ label: 'c', done: 1_000_000, total: 2_000_000 });
    expect(stderr.text()).toBe('2 transfers: 5 MB of 70 MB\n== push\nc: 1 MB of 2 MB\n');
  });

  test('there is no escape sequence, whatever a buildpack prints', () => {
    const { log, stderr } = consoleOn();
    log.output('\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b[2J');
    expect(stderr.text()).toBe('    red \n');
  });

  test('FORCE_COLOR brings colours', () => {
    const { log, stderr } = consoleOn({ environment: { FORCE_COLOR: '1' } });
    log.warn('careful');
    expect(stderr.text()).toBe('\x1b[33mwarning: careful\x1b[0m\n');
  });
});

describe('on a terminal', () => {
  test('a status line shows phase, time and transfers, and lines go above it', () => {
    const { log, clock, stderr } = consoleOn({ terminal: TERMINAL, environment: { NO_COLOR: '1' } });
    log.phase('prepare');
    log.progress({ label: 'layer a', done: 30, total: 100 });
    clock.pass(1_000);
    log.info('hello');
    log.endPhase();
    expect(stderr.text()).toBe(
      [
        '\r\x1b[2K> prepare  0 ms',
        '\r\x1b[2Khello\n',
        '\r\x1b[2K> prepare  1.0 s  30 B of 100 B [=======                 ] ',
        '\r\x1b[2K✓ prepare  1.0 s\n',
      ].join(''),
    );
  });

  test('transfers in parallel make one bar', () => {
    const { log, stderr } = consoleOn({ terminal: { columns: 200 }, environment: { NO_COLOR: '1' } });
    log.phase('publish');
    log.progress({ label: 'a', done: 10, total: 10 });
    log.progress({ label: 'b', done: 20, total: 40 });
    log.progress({ label: 'c', done: 0, total: 10 });
    log.info('x');
    log.endPhase();
    expect(stderr.text()).toContain('30 B of 60 B [============            ] 2 transfers');
  });

  test('a phase that failed is marked', () => {
    const { log, fail, stderr } = consoleOn({ terminal: TERMINAL, environment: { NO_COLOR: '1' } });
    log.phase('run');
    fail(new BuildpacksError('image', 'no'));
    expect(stderr.text()).toContain('✗ run  0 ms\nerror: no\n');
  });

  test.each([
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, true],
    [{}, true],
    [{ TERM: 'dumb' }, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, false],
    [{ FORCE_COLOR: '0' }, false],
  ])('with %j there are colours: %j', (environment, colours) => {
    const { log, stderr } = consoleOn({ terminal: TERMINAL, environment });
    log.warn('x');
    expect(stderr.text().includes('\x1b[33m')).toBe(colours);
  });
});

describe('levels', () => {
  test.each<[LogLevel, string]>([
    ['debug', 'd\ni\nwarning: w\n    o\n'],
    ['info', 'i\nwarning: w\n    o\n'],
    ['warn', 'warning: w\n    o\n'],
    ['error', '    o\n'],
  ])('%s', (level, printed) => {
    const { log, stderr } = consoleOn({ level });
    log.debug('d');
    log.info('i');
    log.warn('w');
    log.output('o');
    expect(stderr.text()).toBe(printed);
  });
});

describe('secrets', () => {
  test.each<[string, (on: ReturnType<typeof consoleOn>) => void]>([
    [
      'messages',
      ({ log }) => {
        log.info('a hunter22 b');
      },
    ],
    [
      'output',
      ({ log }) => {
        log.output('a hun\x1b[0mter22 b');
      },
    ],
    [
      'phases',
      ({ log }) => {
        log.phase('a hunter22 b');
      },
    ],
    [
      'errors',
      ({ fail }) => {
        fail(new Error('a hunter22 b'));
      },
    ],
    [
      'results',
      ({ print }) => {
        print('a hunter22 b');
      },
    ],
  ])('are masked in %s', (_where, act) => {
    const on = consoleOn();
    on.log.mask('hunter22');
    act(on);
    expect(on.stdout.text() + on.stderr.text()).toContain('a *** b');
  });
});

describe('errors', () => {
  test('one problem is a message and a hint', () => {
    const { fail, stderr } = consoleOn();
    fail(new InputError([{ input: 'builder', message: 'it is missing', hint: 'Set it.' }]));
    expect(stderr.text()).toBe('error: builder: it is missing\nhint: Set it.\n');
  });

  test('several problems are a list, each with its place and hint', () => {
    const { fail, stderr } = consoleOn();
    const place = { file: 'project.toml', line: 3, column: 1 };
    fail(
      new InputError([
        { input: 'a', message: 'x', place },
        { input: 'b', message: 'y', hint: 'Do z.' },
      ]),
    );
    expect(stderr.text()).toBe(
      [
        'error: there are 2 problems with the inputs',
        '  - project.toml:3:1: a: x',
        '  - b: y',
        '    hint: Do z.',
        '',
      ].join('\n'),
    );
  });

  test('a defect says so', () => {
    const { fail, stderr } = consoleOn();
    fail(new TypeError('x is undefined'));
    expect(stderr.text()).toContain('error: TypeError: x is undefined\nhint: This is a defect');
  });

  test('causes are told at level debug only', () => {
    const error = new BuildpacksError('registry', 'outer', { cause: new Error('inner') });
    const [quiet, loud] = [consoleOn(), consoleOn({ level: 'debug' })];
    quiet.fail(error);
    loud.fail(error);
    expect(quiet.stderr.text()).not.toContain('inner');
    expect(loud.stderr.text()).toContain('caused by:\nError: inner');
  });

  test('what a message quotes can not command the terminal', () => {
    const { fail, stderr } = consoleOn();
    fail(new BuildpacksError('input', 'bad "\x1b[2J\x07"'));
    expect(stderr.text()).toBe('error: bad ""\n');
  });
});
