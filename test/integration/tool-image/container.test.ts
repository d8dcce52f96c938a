import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { startRegistry } from '../../bench/registry.ts';
import { loadToolImage } from '../../bench/tool-image.ts';
import { requiresDocker } from '../../support/requires.ts';

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What clusters allow at most. */
const CLOSED = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'none'];

const USERS: readonly (readonly [string, readonly string[]])[] = [
  ['as root', []],
  ['as any user, with nothing that may be written', ['--user', '12345:54321', ...CLOSED]],
  ['as the user that OpenShift gives', ['--user', '1000680000:0', ...CLOSED]],
];

const TOOL = '/opt/buildpacks-ci';

/**
 * Puts the worst of builders over `/`: `/bin` is a link, the C library is another one, and the settings of the system name what is not there.
 * What the script calls by its path comes from the tool folder, since there is nothing else.
 */
const HOSTILE_ROOT = `
set -eu
rm -r /bin /etc/passwd /etc/group
mkdir -p /usr/bin /lib64 /lib/x86_64-linux-gnu /lib/aarch64-linux-gnu /etc/ssl
ln -s usr/bin /bin
for file in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1 /etc/ld.so.cache; do echo damaged >"$file"; done
for file in libc.so.6 libm.so.6 libstdc++.so.6 libmount.so.1 libnss_other.so.2; do
  echo damaged >"/lib/x86_64-linux-gnu/$file"
  echo damaged >"/lib/aarch64-linux-gnu/$file"
done
echo /lib/other.so >/etc/ld.so.preload
echo 'hosts: other files dns' >/etc/nsswitch.conf
printf '%s\\n' 'nodejs_conf = a' '[a]' 'providers = b' '[b]' 'other = c' '[c]' 'module = /lib/other.so' 'activate = 1' >/etc/ssl/openssl.cnf
`;

const CALLS: readonly (readonly [string, string])[] = [
  ['buildpacks-ci --version', 'buildpacks-ci '],
  [`${TOOL}/bin/node -p process.execPath`, `${TOOL}/bin/node`],
  [`${TOOL}/bin/node -p 'child_process.execFileSync(process.execPath, ["-p", "6 * 7"]) + ""'`, '42'],
  ['echo unchanged | zstd | zstd -d', 'unchanged'],
  [`${TOOL}/bin/unshare --version`, 'unshare from util-linux'],
  [`${TOOL}/bin/setpriv --version`, 'setpriv from util-linux'],
  [`${TOOL}/bin/mount --version`, 'mount from util-linux'],
  [`${TOOL}/bin/sh -c 'echo "$0"' shell`, 'shell'],
];

requiresDocker('the tool image in a container', () => {
  let image: string;
  beforeAll(async () => {
    image = await loadToolImage();
  }, 10 * 60_000);

  const run = async (options: readonly string[], ...args: readonly string[]): Promise<Ran> => {
    const child = spawn('docker', ['run', '--rm', ...options, image, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const [status] = exit as [number | null];
    return { status, stdout, stderr };
  };

  test('helps who gives no command', async () => {
    expect((await run([])).stdout).toContain('Usage: buildpacks-ci COMMAND');
  });

  test.each([
    ['GitLab', ['sh', '-c', 'if [ -x /bin/sh ]; then exec /bin/sh -c "echo started"; fi']],
    ['Jenkins', ['cat']],
    ['a person', ['/bin/sh', '-c', 'ls / | tail -n +1 >/dev/null && echo started']],
  ])('is started as %s does it', async (_, args) => {
    expect(await run([], ...args)).toMatchObject({ status: 0, stderr: '' });
  });

  test.each(USERS)('works %s', async (_, options) => {
    const script = CALLS.map(([call]) => call).join('\n');
    const { stdout, stderr, status } = await run(options, 'sh', '-euc', script);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const [, printed] of CALLS) expect(stdout).toContain(printed);
  });

  test('lets a user of group 0 write into its home, and nobody else', async () => {
    const writes = 'touch "$HOME/file" && touch file';
    expect((await run(['--user', '12345:0'], 'sh', '-c', writes)).status).toBe(0);
    expect((await run(['--user', '12345:54321'], 'sh', '-c', writes)).status).not.toBe(0);
  });

  test.each(CALLS)('works whatever was put over it: %s', async (call, printed) => {
    const { stdout, stderr, status } = await run([], 'sh', '-c', `${HOSTILE_ROOT}\n${call}`);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(printed);
  });

  test.each([
    ['as it is', ''],
    ['when a builder changed where names come from', HOSTILE_ROOT],
  ])('finds the addresses of names %s', async (_, before) => {
    const lookUp = `${TOOL}/bin/node -e 'dns.lookup("named.test", (problem, address) => console.log(address))'`;
    const { stdout } = await run(['--add-host', 'named.test:192.0.2.7'], 'sh', '-c', `${before}\n${lookUp}`);
    expect(stdout.trim()).toBe('192.0.2.7');
  });

  test.each([
    'NODE_OPTIONS=--require=/of/another/program.js',
    'NODE_OPTIONS=--openssl-legacy-provider --not-of-this-node',
    'NODE_V8_COVERAGE=/proc',
    'LD_PRELOAD=/of/another/program.so',
    'LD_AUDIT=/of/another/program.so',
    'LD_DEBUG=files',
    'PATH=/of/another/program',
  ])('starts our programs also where a job has %s for its own', async (variable) => {
    const { stdout, stderr, status } = await run(['--env', variable], `${TOOL}/bin/buildpacks-ci`, '--version');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^buildpacks-ci \d/);
  });

  test('leaves no trace of its libraries in the environment of what it starts', async () => {
    const { stdout } = await run([], 'node', '-p', 'Object.keys(process.env).sort().join()');
    expect(stdout.trim()).toBe('HOME,HOSTNAME,OPENSSL_CONF,PATH,SSL_CERT_FILE');
  });

  test.each([
    ['has an authority that it was told of', ['--ca-certificates=/ca.pem'], 0],
    ['has an unknown authority', [], 1],
  ])('checks a registry that %s', async (_, options, status) => {
    const registry = await startRegistry({ tls: true });
    onTestFinished(() => registry.stop());
    const setting = ['--network', 'host', '--volume', `${registry.ca ?? ''}:/ca.pem:ro`];
    const doctor = await run(setting, 'buildpacks-ci', 'doctor', `${registry.host}/app:1`, '--check', ...options);
    expect(doctor).toMatchObject({ status });
  });
});
