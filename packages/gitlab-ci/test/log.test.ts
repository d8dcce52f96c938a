import { BuildpacksError, InputError, type LogLevel } from '@buildpacks-ci/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createJobLog } from '../src/log.ts';

function setup(options: { readonly level?: LogLevel; readonly environment?: Readonly<Record<string, string>> } = {}) {
  let printed = '';
  let now = 1_700_000_000_000;
  const log = createJobLog({
    print: (text) => (printed += text),
    clock: { now: () => now, sleep: () => Promise.resolve() },
    environment: options.environment ?? {},
    level: options.level ?? 'info',
  });
  return { log, text: () => printed, pass: (milliseconds: number) => (now += milliseconds) };
}

/** The sections that GitLab sees in a log (lib/gitlab/regex.rb, `build_trace_section_regex`), and any looser reader. */
function sections(text: string): readonly string[] {
  return [...text.matchAll(/section_(start|end):\d+:([\w.-]+)/gi)].map(([, kind = '', name = '']) => `${kind} ${name}`);
}

describe('a phase', () => {
  it('is a section in exactly these bytes', () => {
    const { log, text, pass } = setup();
    log.phase('prepare');
    log.info('a line');
    pass(1500);
    log.endPhase();
    expect(text()).toBe(
      '\x1b[0Ksection_start:1700000000:buildpacks_ci_1_prepare\r\x1b[0Kprepare\n' +
        'a line\n' +
        '\x1b[0Ksection_end:1700000001:buildpacks_ci_1_prepare\r\x1b[0K\n',
    );
  });

  it('ends the one before it, and each has another name', () => {
    const { log, text } = setup();
    for (const title of ['run', 'run', 'Äh: / ☃', '']) log.phase(title);
    log.endPhase();
    log.endPhase();
    expect(sections(text())).toEqual(
      ['1_run', '2_run', '3_h', '4'].flatMap((name) => [`start buildpacks_ci_${name}`, `end buildpacks_ci_${name}`]),
    );
  });

  it('has none of its title’s control characters', () => {
    const { log, text } = setup();
    log.phase('a\r\n\x1b[2Jb');
    expect(text()).toBe('\x1b[0Ksection_start:1700000000:buildpacks_ci_1_a_r_nb\r\x1b[0Ka\\r\\nb\n');
  });

  it('that failed ends before the error is told', () => {
    const { log, text } = setup();
    log.phase('publish');
    log.fail(new BuildpacksError('denied', 'refused', { hint: 'Log in.' }));
    expect(text().split('\n').slice(1)).toEqual([
      '\x1b[0Ksection_end:1700000000:buildpacks_ci_1_publish\r\x1b[0K',
      '\x1b[31merror:\x1b[0m refused',
      '\x1b[33mhint:\x1b[0m Log in.',
      '',
    ]);
  });
});

/** What a program may print to command GitLab's log or a terminal. */
const ATTACKS = [
  '\x1b[0Ksection_start:1:evil\r\x1b[0Kheader',
  '\x1b[0Ksection_start:1:evil[collapsed=true]\r\x1b[0Kheader',
  '\x1b[0Ksection_end:1:buildpacks_ci_1_run\r\x1b[0K',
  'section_end:1:buildpacks_ci_1_run',
  'text section_end:1:buildpacks_ci_1_run\r\x1b[0K text',
  'SECTION_END:1:buildpacks_ci_1_run\r',
  'section\x1b[31m_end:1:buildpacks_ci_1_run\r\x1b[0K',
  'section_\x1b[0Kend:1:buildpacks_ci_1_run\r\x1b[0K',
  'section_\u0000start:1:evil\r\x1b[0K',
  '\u009b0Ksection_start:1:evil\r\u009b0K',
];

describe('foreign output', () => {
  it.each(ATTACKS)('begins and ends no section: %j', (attack) => {
    const { log, text } = setup({ level: 'debug' });
    log.phase('run');
    log.output(attack);
    log.info(attack);
    log.debug(attack);
    log.warn(attack);
    log.fail(new BuildpacksError('image', attack, { hint: attack }));
    expect(sections(text())).toEqual(['start buildpacks_ci_1_run', 'end buildpacks_ci_1_run']);
  });

  it('begins and ends no section, whatever it is', () => {
    const piece = fc.constantFrom(
      'section_',
      'section',
      '_',
      'start:',
      'end:',
      ':',
      '1',
      'x',
      '\r',
      '\x1b[0K',
      '\x1b',
      '\u0007',
    );
    const line = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        const { log, text } = setup();
        log.phase('run');
        for (const each of lines) {
          log.output(each);
          log.info(each);
        }
        log.endPhase();
        expect(sections(text())).toEqual(['start buildpacks_ci_1_run', 'end buildpacks_ci_1_run']);
      }),
    );
  });

  it.each([
    ['\x1b[2J\x1b[1;1Hgone', 'gone'],
    ['\x1b]8;;https://evil.example\x07link\x1b]8;;\x07', 'link'],
    ['\x1b]52;c;ZXZpbA==\x07clipboard', 'clipboard'],
    ['\x1bPdevice\x1b\\control', 'control'],
    ['drawn\rover', 'over'],
    ['\x1b[31mred\x1b[0m', '\x1b[31mred\x1b[0m\x1b[0m'],
  ])('keeps colours only: %j', (line, shown) => {
    const { log, text } = setup();
    log.output(line);
    expect(text()).toBe(`    ${shown}\n`);
  });

  it('has no colours where nobody wants them', () => {
    const { log, text } = setup({ environment: { NO_COLOR: '1' } });
    log.output('\x1b[31mred\x1b[0m');
    log.warn('careful');
    expect(text()).toBe('    red\nwarning: careful\n');
  });
});

describe('secrets', () => {
  const SECRET = 'p@ss word/+&é';
  const forms = [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64'), JSON.stringify(SECRET)];

  it.each(forms)('are never printed: %s', (form) => {
    const { log, text } = setup({ level: 'debug' });
    log.mask(SECRET);
    log.phase(`a ${form} b`);
    log.info(`a ${form} b`);
    log.debug(`a ${form} b`);
    log.warn(`a ${form} b`);
    log.output(`a ${form} b`);
    log.fail(new InputError([{ input: 'x', message: `a ${form} b`, hint: `a ${form} b` }]));
    log.fail(new Error(`a ${form} b`));
    expect(forms.filter((each) => text().includes(each))).toEqual([]);
    expect(text()).toContain('***');
  });
});

it('tells of a long transfer now and then', () => {
  const { log, text, pass } = setup();
  log.progress({ label: 'abc', done: 1000, total: 2000 });
  pass(10_000);
  log.progress({ label: 'abc', done: 1500, total: 2000 });
  log.progress({ label: 'abc', done: 1600, total: 2000 });
  expect(text()).toBe('abc: 1.5 kB of 2 kB\n');
});

it('tells all problems of inputs in one block', () => {
  const { log, text } = setup({ environment: { NO_COLOR: '1' } });
  log.fail(
    new InputError([
      { input: 'builder', message: 'it is missing' },
      { input: 'engine', message: '"vm" is not one of its values', hint: 'Write auto.' },
    ]),
  );
  expect(text()).toBe(
    'error: there are 2 problems with the inputs\n' +
      '  - builder: it is missing\n' +
      '  - engine: "vm" is not one of its values\n' +
      '    hint: Write auto.\n',
  );
});
