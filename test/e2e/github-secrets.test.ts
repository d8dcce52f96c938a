import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { requiresDocker } from '../support/requires.ts';
import { readAppFile } from './support/app-files.ts';
import { buildSteps, type GitHub, type Step, startGitHub } from './support/github.ts';

/** What every planted secret begins with, and how the buildpack is told. */
const CANARY = `canary-${randomBytes(6).toString('hex')}-`;
const HUNT = `CANARY_HEX_PREFIX=${Buffer.from(CANARY).toString('hex')}`;
const SECRETS = { GITHUB_TOKEN: `${CANARY}job`, PASSWORD: `${CANARY}password`, OTHER: `${CANARY}other` };

/** What docker/login-action leaves. */
const LOGIN: Step = {
  run: 'mkdir -p ~/.docker && printf \'{"auths":{"%s":{"auth":"%s"}}}\' "$HOST" "$(printf %s "ann:$PASSWORD" | base64)" >~/.docker/config.json',
  env: { PASSWORD: '${{ secrets.PASSWORD }}' },
};

/** What actions/checkout leaves, and what other actions do in the runner's folders. */
const LEFTOVERS: Step = {
  run: [
    'git -C app init --quiet && git -C app config http.https://github.com/.extraheader "AUTHORIZATION: basic $OTHER"',
    'echo "$OTHER" >"$RUNNER_TEMP/git-credentials-1.config"',
    'echo "$OTHER" >"$HOME/.netrc"',
    'echo "OF_JOB=$OTHER" >>"$GITHUB_ENV"',
  ].join('\n'),
  env: { OTHER: '${{ secrets.OTHER }}' },
};

requiresDocker('a buildpack in a GitHub workflow', () => {
  let github: GitHub;
  beforeAll(async () => {
    const auth = { kind: 'basic', users: { ann: SECRETS.PASSWORD } } as const;
    github = await startGitHub({ buildpacks: ['canary'], registry: { auth } });
  });
  afterAll(() => github.stop());

  it('finds neither tokens of the runner, nor the registry’s password, nor other secrets of the job', async () => {
    const { world } = github;
    const image = world.image('canary');
    const inputs = { image, builder: world.builder, path: 'app', env: HUNT, 'git-directory': 'true' };
    const [checkout, build] = buildSteps(inputs, { env: { OF_STEP: '${{ secrets.OTHER }}' } });
    if (checkout === undefined || build === undefined) throw new Error('there are two steps');
    const login = { ...LOGIN, env: { ...LOGIN.env, HOST: world.registry.host } };
    const run = await github.run({
      jobs: { build: { steps: [checkout, login, LEFTOVERS, build] } },
      apps: { app: 'samples/apps/procfile' },
      secrets: SECRETS,
      environment: {
        ACTIONS_RUNTIME_TOKEN: `${CANARY}runtime`,
        ACTIONS_ID_TOKEN_REQUEST_URL: `https://id.invalid/?${CANARY}url`,
        ACTIONS_ID_TOKEN_REQUEST_TOKEN: `${CANARY}id`,
        GITHUB_TOKEN: SECRETS.GITHUB_TOKEN,
      },
    });
    expect(run.status, run.text).toBe(0);
    expect(run.printed).toContainEqual(expect.stringContaining('canary: 0 findings'));
    expect(await readAppFile(image, '/layers/test_canary/report/found.txt', world.registry.access)).toBe('');
  });
});
