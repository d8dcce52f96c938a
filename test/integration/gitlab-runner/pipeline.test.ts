import { beforeAll, expect, it } from 'vitest';
import { type PipelineOutcome, reportOf, runPipeline } from '../../bench/gitlab.ts';
import { helperImage } from '../../bench/gitlab/helper-image.ts';
import { requiresDocker } from '../../support/requires.ts';

const TEMPLATE = `
spec:
  inputs:
    text: { type: string }
    image: { type: string }
---
first:
  stage: build
  image: { name: "$[[ inputs.image ]]", entrypoint: [""] }
  variables:
    TEXT: { value: "$[[ inputs.text ]]", expand: false }
    EXPANDED: $CI_COMMIT_REF_NAME
  script:
    - printf 'text is %s\\n' "$TEXT"
    - echo "on $EXPANDED with umask $(umask), $(grep CapEff /proc/self/status), $(grep ^Seccomp /proc/self/status)"
    - stat -c '%n %a' "$CI_SERVER_TLS_CA_FILE" "$SETTINGS" .git/config .
    - echo "IMAGE=of $CI_COMMIT_SHORT_SHA" > build.env
    - echo "token $CI_JOB_TOKEN"
  artifacts:
    paths: [build.env]
    reports: { dotenv: build.env }
`;

/** Effective capabilities of a container that was given nothing special. */
const DEFAULT_CAPABILITIES = '00000000a80425fb';

requiresDocker('a pipeline that GitLab’s runner runs', () => {
  let outcome: PipelineOutcome;

  beforeAll(async () => {
    const image = await helperImage();
    outcome = await runPipeline({
      pipeline: {
        include: [{ local: 'templates/probe.yml', inputs: { text: 'a $HOME $(id) "quoted"\n--second', image } }],
        second: { stage: 'test', image, script: ['echo "second has $IMAGE and $(cat build.env)"'] },
        third: { stage: 'deploy', image, script: ['exit 7'] },
        never: { stage: 'deploy', image, script: ['true'], rules: [{ if: '$CI_COMMIT_TAG' }] },
        last: { stage: '.post', image, script: ['true'] },
      },
      files: { 'templates/probe.yml': TEMPLATE },
      variables: [{ key: 'SETTINGS', value: 'a file variable', file: true }],
    });
  });

  it('has the jobs that rules leave, until one fails', () => {
    expect(
      Object.entries(outcome.jobs).map(([name, { status, exitCode }]) => [name, status, exitCode]),
      outcome.text,
    ).toEqual([
      ['first', 'success', undefined],
      ['second', 'success', undefined],
      ['third', 'failed', 7],
      ['last', 'pending', undefined],
    ]);
  });

  it('hands inputs over as they are written', () => {
    expect(outcome.jobs['first']?.log.text).toContain('text is a $HOME $(id) "quoted"\n--second\n');
  });

  it('gives a job no more rights than docker’s defaults', () => {
    expect(outcome.jobs['first']?.log.text).toMatch(
      new RegExp(`on main .*CapEff:\\s+${DEFAULT_CAPABILITIES}, Seccomp:\\s+2`),
    );
  });

  it('passes reports and artifacts on', () => {
    const short = outcome.commit.slice(0, 8);
    expect(outcome.jobs['second']?.log.text).toContain(`second has of ${short} and IMAGE=of ${short}`);
    expect(reportOf(outcome.jobs['first'] ?? { artifacts: [] }, 'dotenv')).toBe(`IMAGE=of ${short}\n`);
  });

  it('masks the job’s token', () => {
    expect(outcome.jobs['first']?.log.raw).toContain('token [MASKED]');
  });
});
