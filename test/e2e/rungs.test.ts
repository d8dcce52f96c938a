import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { buildpackDirectory } from '../bench/images.ts';
import { readAppFile } from './support/app-files.ts';
import { build } from './support/cli.ts';
import { startToolJob, type ToolJob } from './support/tool-job.ts';
import { startWorld, type World } from './support/world.ts';

const UNCONFINED = ['--security-opt', 'seccomp=unconfined'];
/** What a container may do decides on the rung. */
const RUNGS = [
  ['mount namespace', ['--cap-add', 'SYS_ADMIN', ...UNCONFINED]],
  ['user namespace', UNCONFINED],
  ['over the root', []],
] as const;
const SAMPLES = path.resolve('samples');
/** The checkout of a job: in a volume of its own, under umask 0, as GitLab makes it. */
const CHECK_OUT = 'umask 0; mkdir -p /builds/app && cp -r /given/samples/apps/procfile/. /builds/app/';
const VOLUMES = ['--volume', `${SAMPLES}:/given/samples:ro`, '--volume', '/builds', '--volume', '/cache'];
const BUILD = 'umask "$1"; cd /builds/app; shift; exec buildpacks-ci build --engine rootfs --path . "$@"';

const BUILD_AT = 'cd "$1"; shift; exec buildpacks-ci build --engine rootfs --path . "$@"';
const SURVIVORS = ['--buildpacks', 'test/survivors', '--buildpacks', 'samples/procfile'];
/** Processes of the user that buildpacks run as, but for the dead. */
const ALIVE =
  'grep -lE "^Uid:.*[[:blank:]]1001[[:blank:]]" /proc/[0-9]*/status | xargs -r grep -LE "^State:[[:blank:]]*[ZX]"';

requiresDocker('a build in a container of the tool image', () => {
  let world: World;
  let expected: string;
  beforeAll(async () => {
    const order = [[{ id: 'test/needs' }, { id: 'samples/procfile' }], [{ id: 'test/canary' }]];
    world = await startWorld({
      buildpacks: ['procfile', 'needs', 'canary', 'survivors', 'network-probe'],
      builder: { order },
    });
    const args = ['--builder', world.builder, '--path', path.join(SAMPLES, 'apps/procfile'), '--engine', 'container'];
    expected = (await build([world.image('expected'), ...args])).digest;
  });
  afterAll(() => world.stop());

  /** A job with a checkout, which goes when the test is over. */
  async function checkedOut(options: readonly string[] = []): Promise<ToolJob> {
    const job = await startToolJob([...VOLUMES, ...options]);
    onTestFinished(() => job.stop());
    expect(await job.sh(CHECK_OUT)).toMatchObject({ status: 0 });
    return job;
  }
  const buildIn = (job: ToolJob, image: string, umask = '000', ...more: readonly string[]) =>
    job.sh(BUILD, umask, world.image(image), '--builder', world.builder, ...more);

  it.each(RUNGS.flatMap(([name, options]) => ['000', '022', '077'].map((umask) => [name, umask, options] as const)))(
    'has the digest that the container engine gives it: %s, umask %s',
    async (name, umask, options) => {
      const image = `parity-${name.replaceAll(' ', '-')}-${umask}`;
      const { status, output } = await buildIn(await checkedOut(options), image, umask);
      expect({ status, output }).toMatchObject({
        status: 0,
        output: expect.stringContaining(`rootfs (${name})`) as string,
      });
      expect(await world.digest(world.image(image))).toBe(expected);
    },
  );

  it('can be followed by another one with the same builder, for which nothing is fetched and of which nothing is seen', async () => {
    const job = await checkedOut();
    const modes = 'stat -c "%n %a %u:%g" / /tmp /builds /builds/app /cache /etc/passwd "$HOME"';
    await buildIn(job, 'first', '022');
    const before = await job.sh(modes);
    world.registry.forget();
    expect(await buildIn(job, 'second')).toMatchObject({ status: 0 });
    expect(await world.digest(world.image('second'))).toBe(expected);
    expect(world.registry.requests().filter(({ path: asked }) => asked.includes('/builder/blobs/'))).toHaveLength(1);
    expect(await job.sh(modes)).toEqual(before);
    const left =
      'ls -d /workspace /layers /platform /buildpacks-ci 2>/dev/null; find / -xdev ! -type d -newer "$1" -user 1001';
    expect((await job.sh(left, '/builds/app/Procfile')).output).toBe('');
  });

  it('is refused with another builder', async () => {
    const job = await checkedOut();
    await buildIn(job, 'one');
    const other = await world.addBuilder('other', { labels: { other: 'true' } });
    const outcome = await job.sh(BUILD, '022', world.image('other'), '--builder', other);
    expect(outcome).toMatchObject({
      status: 1,
      output: expect.stringMatching(/are those of the builder .*\/builder/) as string,
    });
  });

  it('can be followed by one that needs what the first had no use for, and this by one like the first', async () => {
    const buildpacks = await Promise.all(['procfile', 'nodejs'].map(buildpackDirectory));
    const builder = await world.addBuilder('two', { buildpacks, order: [[{ id: 'samples/procfile' }]] });
    const job = await checkedOut();
    await job.sh('cp -r /given/samples/apps/nodejs /builds/node');
    const layersFor = async (app: string, buildpack: string) => {
      world.registry.forget();
      const args = [world.image(app), '--builder', builder, '--buildpacks', buildpack];
      const { status, output } = await job.sh(BUILD_AT, `/builds/${app}`, ...args);
      expect({ status, output }).toMatchObject({ status: 0 });
      const asked = world.registry.requests().filter(({ path: url }) => url.includes('/two/blobs/'));
      return asked.length - 1;
    };
    expect(await layersFor('app', 'samples/procfile')).toBeGreaterThan(0);
    expect(await layersFor('node', 'samples/nodejs')).toBeGreaterThan(0);
    expect(await layersFor('app', 'samples/procfile')).toBe(0);
  });

  it('leaves what it closed as it was when it fails', async () => {
    const job = await checkedOut();
    const modes = 'stat -c "%n %a %u:%g" /builds /cache /builds/app';
    const before = await job.sh(modes);
    expect(await buildIn(job, 'failing', '000', '--env', 'BP_NEEDS_FAIL=true')).toMatchObject({ status: 51 });
    expect(await job.sh(modes)).toEqual(before);
  });

  it('shows buildpacks nothing of what a CI puts into a container', async () => {
    const canary = `canary-${randomBytes(6).toString('hex')}-`;
    const job = await checkedOut([
      '--mount',
      'type=tmpfs,destination=/var/run/secrets/kubernetes.io/serviceaccount',
      '--tmpfs',
      '/run/secrets',
    ]);
    expect(await job.sh(PLANT, canary)).toMatchObject({ status: 0 });
    const hunt = ['--env', `CANARY_HEX_PREFIX=${Buffer.from(canary).toString('hex')}`, '--buildpacks', 'test/canary'];
    const proxy = ['--http-proxy', `http://user:${canary}argument@127.0.0.1:1`, '--no-proxy', '127.0.0.1'];
    expect(await buildIn(job, 'canary', '000', '--git-directory', ...proxy, ...hunt)).toMatchObject({
      status: 0,
      output: expect.stringContaining('canary: 0 findings') as string,
    });
    expect(
      await readAppFile(world.image('canary'), '/layers/test_canary/report/found.txt', world.registry.access),
    ).toBe('');
  });

  it.each(RUNGS)('shows nothing of ours to what a build leaves, and ends it: %s', async (name, options) => {
    const job = await checkedOut(options);
    await job.sh('mkdir /builds/app/.git && echo planted >/builds/app/.git/config');
    const peeping = ['--env', 'BP_SURVIVORS=peeping', '--env', 'BP_SURVIVORS_FILE=.git/config', ...SURVIVORS];
    const { status, output } = await buildIn(job, `peeping-${name.replaceAll(' ', '-')}`, '000', ...peeping);
    expect({ status, output }).toEqual({ status: 0, output: expect.not.stringContaining('planted') as string });
    expect((await job.sh(ALIVE)).output).toBe('');
  });

  it.each(RUNGS.slice(0, 2))('is hermetic without a network: %s', async (name, options) => {
    const image = `hermetic-${name.replaceAll(' ', '-')}`;
    const chosen = ['--buildpacks', 'test/network-probe', '--buildpacks', 'samples/procfile', '--network', 'none'];
    const probe = `BP_PROBE_ADDRESSES=${world.registry.host} 192.0.2.1:80 deps.example:443`;
    const { status, output } = await buildIn(await checkedOut(options), image, '022', ...chosen, '--env', probe);
    expect({ status, output }).toEqual({
      status: 0,
      output: expect.stringContaining(`rootfs (${name}), hermetic`) as string,
    });
    const read = (file: string) =>
      readAppFile(world.image(image), `/layers/test_network-probe/report/${file}`, world.registry.access);
    expect(await read('interfaces.txt')).toBe('lo\n');
    expect(await read('addresses.txt')).not.toMatch(/ reachable/);
  });

  it.each(RUNGS)('ends a build that has taken all process ids: %s', async (name, options) => {
    const job = await checkedOut(['--pids-limit', '100', ...options]);
    const forking = ['--env', 'BP_SURVIVORS=forking', ...SURVIVORS];
    await buildIn(job, `forking-${name.replaceAll(' ', '-')}`, '000', ...forking);
    expect((await job.sh(ALIVE)).output).toBe('');
  });

  it.each<[string, readonly string[], readonly string[], RegExp]>([
    ['for a user', ['--user', '1234'], [], /we are not root.*Run as root/s],
    ['without capabilities', ['--cap-drop', 'ALL'], [], /over the root: the container's root can't be used.*SETUID/s],
    [
      'on a read-only root',
      ['--read-only', '--tmpfs', '/tmp'],
      [],
      /Read-only file system.*let the root file system be writable/is,
    ],
    ['without a network', [], ['--network', 'none'], /network "none" needs a network namespace/],
    ['with volumes', [], ['--volumes', '/src:/mnt/src'], /volumes need a mount/],
    ['where a build has its own files', ['--volume', '/workspace'], [], /"\/workspace" is there already/],
    ['with what can not be closed', ['--volume', `${SAMPLES}:/secrets:ro`], [], /could read "\/secrets"/],
    ['with the files of the user', ['--tmpfs', '/theirs:uid=1001,mode=0700'], [], /could read "\/theirs"/],
  ])('is refused %s', async (_, options, args, message) => {
    const job = await startToolJob(['--volume', `${path.join(SAMPLES, 'apps/procfile')}:/src/app:ro`, ...options]);
    onTestFinished(() => job.stop());
    const script = 'cd /src/app; exec buildpacks-ci build --engine rootfs --path . "$@"';
    const outcome = await job.sh(script, world.image('refused'), '--builder', world.builder, ...args);
    expect(outcome.status).not.toBe(0);
    expect(outcome.output).toMatch(message);
  });

  it('is refused beside a process of the user that buildpacks run as', async () => {
    const job = await checkedOut();
    await job.sh(
      '/opt/buildpacks-ci/bin/setpriv --reuid 1001 --regid 1000 --clear-groups -- sleep 1000 >/dev/null 2>&1 &',
    );
    const { status, output } = await buildIn(job, 'beside');
    expect(status).toBe(1);
    expect(output).toMatch(/processes of user 1001, as whom buildpacks run, are there: sleep/);
    expect(await job.sh('pidof sleep')).toMatchObject({ status: 0 });
  });
});

/** `$1`: what every secret begins with. Under umask 0, as GitLab's runner has it. */
const PLANT = `
set -e
umask 0
secret() {
  mkdir -p "$(dirname "$1")"
  printf '%s' "$canary$2" >"$1"
}
canary=$1
secret /builds/app.tmp/CI_FILE_VARIABLE file-variable
secret /builds/app/.git/config git
secret /cache/secret cache
secret /scripts-1-2/step script
secret /var/run/secrets/kubernetes.io/serviceaccount/token token
secret /run/secrets/password docker-secret
secret "$HOME/.docker/other.json" home
secret /root/.netrc root
secret /opt/buildpacks-ci/work/secret work
secret /opt/runner/secret opt
secret /home/runner/secret runner
secret /dev/shm/secret shm
secret /tmp/secret temporary
secret /etc/gitlab/secret etc
secret /secret top
TOKEN="\${canary}environment" sleep 1000 >/dev/null 2>&1 &
exec 7</secret
sleep 1000 >/dev/null 2>&1 &
`;
