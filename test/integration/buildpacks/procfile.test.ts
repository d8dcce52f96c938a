import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { SAMPLE_APPS, SAMPLE_BUILDPACKS, build, detect, readToml, stage } from './buildpack-run.ts';

const BUILDPACK = path.join(SAMPLE_BUILDPACKS, 'procfile');

test('takes part in an app with a Procfile only', async () => {
  expect(await detect(BUILDPACK, await stage({ Procfile: '' }))).toMatchObject({ status: 0 });
  expect(await detect(BUILDPACK, await stage({ 'a.txt': '' }))).toMatchObject({ status: 100 });
});

test('makes the processes of the sample app', async () => {
  const at = await stage(path.join(SAMPLE_APPS, 'procfile'));
  expect(await build(BUILDPACK, at)).toMatchObject({ status: 0 });
  expect(await readToml(at, 'launch.toml')).toEqual({
    processes: [
      { type: 'web', command: ['sh', '-c', 'sh greet.sh "${GREET_EVERY_SECONDS:-5}"'], default: true },
      { type: 'once', command: ['sh', 'greet.sh'] },
    ],
  });
});

describe('a line', () => {
  test.for([
    ['plain words', 'a: ./run  --port=80 x', ['./run', '--port=80', 'x']],
    ['blanks around it', '  a :   ./run \t', ['./run']],
    ['the end of a DOS line', 'a: ./run\r\n', ['./run']],
    ['a colon in the command', 'a: run http://x:1/', ['run', 'http://x:1/']],
    ['an assignment first', 'a: X=1 run', ['sh', '-c', 'X=1 run']],
    ['quotes and backslashes', 'a: echo "\\n" \'$x\'', ['sh', '-c', 'echo "\\n" \'$x\'']],
    ['a tab', 'a: echo "\t"', ['sh', '-c', 'echo "\t"']],
    ['a glob', 'a: ls *', ['sh', '-c', 'ls *']],
    ['letters beyond ASCII', 'a: echo €', ['sh', '-c', 'echo €']],
    ['no newline after it', '# comment\n\na: run', ['run']],
  ] as const)('with %s', async ([, line, command]) => {
    const at = await stage({ Procfile: line });
    expect(await build(BUILDPACK, at)).toMatchObject({ status: 0 });
    expect(await readToml(at, 'launch.toml')).toEqual({ processes: [{ type: 'a', command }] });
  });

  test.for([
    ['no colon', 'web: x\nrun it\n', 'line 2: "run it" is not of the form'],
    ['no command', 'web:\n', 'line 1: process type "web" has no command'],
    ['a bad type', 'we b: x\n', 'line 1: "we b" is no process type'],
    ['a type seen before', 'a: x\nb: y\na: z\n', 'line 3: process type "a" is there twice'],
  ] as const)('with %s is refused', async ([, procfile, message]) => {
    const ended = await build(BUILDPACK, await stage({ Procfile: procfile }));
    expect(ended.status).toBe(1);
    expect(ended.output.toString()).toContain(`ERROR: Procfile, ${message}`);
  });
});
