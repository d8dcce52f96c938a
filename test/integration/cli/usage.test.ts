import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../../packages/core/test/support/temporary-directory.ts';
import { buildpacksCi } from './command-line.ts';

const COMMANDS = ['build', 'prepare', 'run', 'publish', 'inspect'];

describe('help', () => {
  test.each(COMMANDS)('%s --help goes to standard output and ends well', async (command) => {
    const { status, stdout, stderr } = await buildpacksCi([command, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`Usage: buildpacks-ci ${command} `);
    expect(stdout).toContain('--help');
  });

  test.each(['--help', '-h', 'help'])('%s lists all commands', async (flag) => {
    const { status, stdout } = await buildpacksCi([flag]);
    expect(status).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} +[A-Z]`, 'm'));
  });

  test('help COMMAND is that of the command', async () => {
    const [one, other] = await Promise.all([buildpacksCi(['help', 'inspect']), buildpacksCi(['inspect', '-h'])]);
    expect(one).toEqual(other);
  });

  test('no command at all is a mistake, and shows the help on standard error', async () => {
    const { status, stdout, stderr } = await buildpacksCi([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Usage: buildpacks-ci COMMAND');
  });

  test.each(['--version', 'version'])('%s prints the version', async (flag) => {
    expect(await buildpacksCi([flag])).toEqual({
      status: 0,
      stdout: expect.stringMatching(/^buildpacks-ci \d+\.\d+\.\d+\n$/) as string,
      stderr: '',
    });
  });
});

describe('mistakes end with 2 and one block on standard error', () => {
  test.each<[string, readonly string[], string]>([
    ['an unknown command', ['bild'], 'error: command: "bild" is not a command\nhint: Did you mean "build"?\n'],
    [
      'an unknown option',
      ['build', '--imgae=registry.example/a'],
      'error: there are 2 problems with the inputs\n  - --imgae: is not an option of this command\n    hint: Did you mean --image?\n  - image: it is missing\n    hint: Set "image" to registry/repository[:tag]. Without a registry set "output" to oci:DIR.\n',
    ],
    ['no builder', ['build', 'registry.example/a'], 'error: builder: it is missing\nhint: '],
    ['a bad reference', ['build', 'registry.example/a b'], 'error: image: '],
    ['one argument too many', ['inspect', 'a', 'b'], 'error: arguments: "b" is one too many\nhint: '],
    ['no image', ['inspect'], 'error: image: it is missing\nhint: '],
    ['no build directory', ['run'], 'error: build-directory: it is missing\nhint: '],
    ['no build directory', ['publish'], 'error: build-directory: it is missing\nhint: '],
    ['a layout that is not there', ['inspect', 'oci:out'], 'error: image: there is no directory "out"\n'],
  ])('%s: %j', async (_name, args, block) => {
    const directory = await temporaryDirectory();
    const { status, stdout, stderr } = await buildpacksCi(args, { directory });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.slice(0, block.length)).toBe(block);
  });

  test('several problems are told together', async () => {
    const directory = await temporaryDirectory();
    const args = [
      'build',
      'registry.example/A',
      '--uid=me',
      '--output=tape',
      '--path=missing',
      '--log-level=loud',
      '--push',
    ];
    const { status, stderr } = await buildpacksCi(args, { directory });
    expect(status).toBe(2);
    const named = [...stderr.matchAll(/^ {2}- ([a-z-]+): /gm)].map(([, input]) => input);
    expect(named.toSorted()).toEqual(['--push', 'log-level', 'output', 'path', 'uid']);
  });

  test('a misspelt variable is a warning that names the right one', async () => {
    const directory = await temporaryDirectory();
    const environment = { BUILDPACKS_CI_BULDER: 'x' };
    const { stderr } = await buildpacksCi(['build', 'registry.example/a'], { directory, environment });
    expect(stderr).toContain(
      'warning: the environment variable BUILDPACKS_CI_BULDER is no input; did you mean BUILDPACKS_CI_BUILDER?',
    );
  });
});

describe('a registry that is not there', () => {
  test('ends with 111, so that a retry is worth it', async () => {
    const directory = await temporaryDirectory();
    const { status, stderr } = await buildpacksCi(['inspect', '127.0.0.1:9/app:1'], { directory });
    expect(status).toBe(111);
    expect(stderr).toContain('127.0.0.1:9');
  });
});
