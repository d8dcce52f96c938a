import fc from 'fast-check';
import { BuildpacksError, InputError } from '@buildpacks-ci/core';
import { describe, expect, it } from 'vitest';
import type { LogLevel } from '@buildpacks-ci/core';
import { createActionLog } from '../src/log.ts';
import { createRecorder, followCommands } from './support/recorder.ts';

function setup(options: { readonly level?: LogLevel; readonly debug?: boolean } = {}) {
  const recorder = createRecorder(options);
  let now = 0;
  const log = createActionLog({
    toolkit: recorder.toolkit,
    clock: { now: () => now, sleep: () => Promise.resolve() },
    level: options.level ?? 'info',
    sources: { workspace: '/work', app: '/work/app' },
  });
  const pass = (milliseconds: number) => (now += milliseconds);
  return { ...recorder, log, pass, follow: () => followCommands(recorder.printed) };
}

/** What a program may print to command the runner (security.md, section 3). */
const ATTACKS = [
  '::set-output name=digest::sha256:evil',
  '::SET-ENV name=LD_PRELOAD::/evil.so',
  '::add-path::/evil',
  '::add-mask::a',
  '::error file=app.js,line=1::planted',
  '::warning::planted',
  '::group::planted',
  '::endgroup::',
  '::save-state name=started::',
  '::stop-commands::mine',
  '::mine::',
  '   ::error::after blanks',
  '\t::error::after a tab',
  '\u00a0::error::after a no-break space',
  '\ufeff::error::after a byte order mark',
  'in the midst ##[error]of a line',
  '##[set-env name=A]b',
  '####[error]x',
  '\u001b[31m::error::coloured',
  '\u001b[2K::error::after an erased line',
  '\u001b]8;;https://evil.example\u0007::error::link',
  '\u0000::error::after NUL',
  ':\u0007:error::split by BELL',
  '##\u0007[error]split by BELL',
  '##\u001b[31m[error]split by a colour',
];

describe('output of foreign programs', () => {
  it.each(ATTACKS)('commands nothing: %j', (attack) => {
    const { log, follow } = setup();
    log.phase('build');
    log.output(attack);
    log.info('afterwards');
    log.endPhase();
    expect(follow().commands.map(({ name }) => name)).toEqual(['group', 'endgroup']);
  });

  it('commands nothing, whatever it is and whenever it comes', () => {
    const piece = fc.constantFrom(
      '::',
      ':',
      '##[',
      '##',
      '[',
      ']',
      'error',
      ' ',
      'stop-commands',
      '\u001b[0m',
      '\u0007',
      'x',
    );
    const line = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), line, (lines, message) => {
        const { log, follow } = setup({ level: 'debug' });
        log.phase('build');
        lines.forEach((each) => {
          log.output(each);
          log.info(message);
        });
        log.debug(message);
        log.progress({ label: message, done: 1, total: undefined });
        log.endPhase();
        expect(follow().commands.map(({ name }) => name)).toEqual(['group', 'endgroup']);
      }),
    );
  });

  it('is still followed by commands of ours', () => {
    const { log, follow } = setup();
    log.phase('build');
    log.output('::error::planted');
    log.warn('a warning of ours');
    log.output('more');
    log.mask('a-secret');
    log.endPhase();
    expect(follow().commands.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['group', 'warning', 'add-mask', 'endgroup']),
    );
    expect(follow().commands.filter(({ name }) => name === 'error')).toEqual([]);
  });

  it('gets another token each time, of 256 bits', () => {
    const { log, printed } = setup();
    for (let time = 0; time < 3; time += 1) {
      log.output('text');
      log.endPhase();
    }
    const tokens = printed.flatMap((line) => /^::stop-commands::(.*)$/.exec(line)?.[1] ?? []);
    expect(new Set(tokens).size).toBe(3);
    expect(tokens.every((token) => /^[0-9a-f]{64}$/.test(token))).toBe(true);
  });

  it('keeps its colours and nothing else that moves a terminal', () => {
    const { log, printed } = setup();
    log.output('\u001b[31mred\u001b[0m\u001b[2J');
    expect(printed.at(-1)).toBe('    \u001b[31mred\u001b[0m\u001b[0m');
  });
});

describe('our own lines', () => {
  it('that quote foreign text command nothing', () => {
    const { log, follow } = setup({ level: 'debug' });
    for (const attack of ATTACKS) {
      log.info(attack);
      log.debug(attack);
    }
    expect(follow().commands).toEqual([]);
  });

  it('stay within one annotation when a message has lines', () => {
    const { log, follow } = setup();
    log.warn('first\n::error::planted');
    expect(follow().commands).toEqual([
      { name: 'warning', properties: { title: 'buildpacks-ci' }, data: 'first\n::error::planted' },
    ]);
  });

  it('are left out below the level', () => {
    const { log, printed } = setup({ level: 'error' });
    log.info('a');
    log.debug('b');
    log.warn('c');
    expect(printed).toEqual([]);
  });

  it.each([
    ['debug logging of the job', true, '::debug::detail'],
    ['log-level debug alone', false, 'detail'],
  ])('tell details with %s', (_, debug, line) => {
    const { log, printed } = setup({ level: 'debug', debug });
    log.debug('detail');
    expect(printed).toEqual([line]);
  });

  it('tell of a long transfer now and then', () => {
    const { log, printed, pass } = setup();
    log.progress({ label: 'abc', done: 1000, total: 2000 });
    pass(10_000);
    log.progress({ label: 'abc', done: 1500, total: 2000 });
    log.progress({ label: 'abc', done: 1600, total: 2000 });
    expect(printed).toEqual(['abc: 1.5 kB of 2 kB']);
  });

  it('have a group for each phase, with its time', () => {
    const { log, printed, pass } = setup();
    log.phase('prepare');
    pass(1500);
    log.phase('publish');
    log.endPhase();
    expect(printed).toEqual([
      '::group::prepare',
      'prepare: 1.5 s',
      '::endgroup::',
      '::group::publish',
      'publish: 0 ms',
      '::endgroup::',
    ]);
  });
});

describe('secrets', () => {
  const SECRET = 'p@ss word/+&é';

  it('are told to the runner before anything is printed, in each form', () => {
    const { log, follow } = setup();
    log.mask(SECRET);
    const masked = follow().commands.map(({ data }) => data);
    expect(masked).toEqual([SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64')]);
  });

  it.each([
    [
      'the log',
      (log: ReturnType<typeof setup>['log']) => {
        log.info(`a ${SECRET} b`);
      },
    ],
    [
      'foreign output',
      (log: ReturnType<typeof setup>['log']) => {
        log.output(`a ${SECRET} b`);
      },
    ],
    [
      'warnings',
      (log: ReturnType<typeof setup>['log']) => {
        log.warn(`a ${SECRET} b`);
      },
    ],
    [
      'errors',
      (log: ReturnType<typeof setup>['log']) => {
        log.fail(new BuildpacksError('denied', `a ${SECRET} b`));
      },
    ],
    [
      'groups',
      (log: ReturnType<typeof setup>['log']) => {
        log.phase(`a ${SECRET} b`);
      },
    ],
  ])('are not in %s', (_, say) => {
    const { log, follow } = setup();
    log.mask(SECRET);
    say(log);
    const { commands, shown } = follow();
    const told = commands.filter(({ name }) => name !== 'add-mask').map(({ data }) => data);
    expect([...told, ...shown].join('\n')).not.toContain(SECRET);
  });

  it('are masked line by line, short lines left alone', () => {
    const { log, follow } = setup();
    log.mask('-----BEGIN PRIVATE KEY-----\n{\nc2VjcmV0c2VjcmV0\n}\n-----END PRIVATE KEY-----');
    expect(follow().commands.map(({ data }) => data)).toEqual([
      'c2VjcmV0c2VjcmV0',
      Buffer.from('c2VjcmV0c2VjcmV0').toString('base64'),
    ]);
  });
});

describe('a failure', () => {
  it('is an annotation with a title, the message and what to do', () => {
    const { log, follow } = setup();
    log.phase('publish');
    log.fail(new BuildpacksError('denied', 'ghcr.io refused the push', { hint: 'Log in first.' }));
    expect(follow().commands.slice(-2)).toEqual([
      { name: 'endgroup', properties: {}, data: '' },
      { name: 'error', properties: { title: 'Access denied' }, data: 'ghcr.io refused the push\nLog in first.' },
    ]);
  });

  it('of inputs is one annotation for each problem', () => {
    const { log, follow } = setup();
    log.fail(
      new InputError([
        { input: 'builder', message: 'it is missing' },
        { input: 'push', message: 'there is no input "push"', hint: 'Use "publish".' },
      ]),
    );
    expect(follow().commands).toEqual([
      { name: 'error', properties: { title: 'input builder' }, data: 'it is missing' },
      { name: 'error', properties: { title: 'input push' }, data: 'there is no input "push"\nUse "publish".' },
    ]);
  });

  it('in a file stands beside its line', () => {
    const { log, follow } = setup();
    const place = { file: '/work/app/project.toml', line: 3, column: 5 };
    log.fail(new InputError([{ input: 'io.buildpacks.builder', message: 'it is a number', place }]));
    expect(follow().commands[0]?.properties).toEqual({
      title: 'project.toml: io.buildpacks.builder',
      file: 'app/project.toml',
      line: '3',
      col: '5',
    });
  });

  it('in a file outside of the workspace names no file to GitHub', () => {
    const { log, follow } = setup();
    log.warn('unreadable', { file: '/etc/containers/registries.conf', line: 1 });
    expect(follow().commands[0]?.properties).toEqual({ title: 'buildpacks-ci' });
  });

  it('with more problems than the runner shows tells the others in the log', () => {
    const { log, follow } = setup();
    log.fail(new InputError(Array.from({ length: 12 }, (_, index) => ({ input: `i${index}`, message: 'wrong' }))));
    expect(follow().commands).toHaveLength(10);
    expect(follow().shown).toEqual(['error: input i10: wrong', 'error: input i11: wrong']);
  });

  it('of ours asks for a report', () => {
    const { log, follow } = setup();
    log.fail(new TypeError('x is undefined'));
    expect(follow().commands[0]).toMatchObject({
      properties: { title: 'A defect of buildpacks-ci' },
      data: expect.stringContaining('TypeError: x is undefined') as string,
    });
  });

  it('commands nothing by what it quotes', () => {
    const { log, follow } = setup();
    for (const attack of ATTACKS) log.fail(new BuildpacksError('image', attack, { hint: attack }));
    expect(new Set(follow().commands.map(({ name }) => name))).toEqual(new Set(['error']));
    expect(new Set(follow().commands.map(({ properties }) => properties['title']))).toEqual(new Set(['A bad image']));
  });
});

it('keeps telling warnings when the runner takes no more annotations', () => {
  const { log, follow } = setup();
  for (let each = 1; each <= 11; each += 1) log.warn(`warning ${each}`);
  expect(follow().commands).toHaveLength(10);
  expect(follow().shown).toEqual(['warning: warning 11']);
});
