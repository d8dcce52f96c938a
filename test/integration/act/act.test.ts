import type { ChildProcess } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runWorkflow } from '../../bench/act.ts';

/** An action of a few lines that does what real ones do. */
const ACTION = {
  'action.yml': [
    'name: probe',
    'inputs: { text: { description: any } }',
    'runs: { using: node24, main: probe.cjs, post: probe.cjs }',
  ].join('\n'),
  'probe.cjs': [
    "const { appendFileSync } = require('node:fs');",
    'const set = (file, name, value) => appendFileSync(process.env[file], `${name}<<END\\n${value}\\nEND\\n`);',
    "if (process.env.STATE_begun) console.log('post after ' + process.env.STATE_begun);",
    'else {',
    "  set('GITHUB_STATE', 'begun', 'main');",
    "  set('GITHUB_OUTPUT', 'node', process.version);",
    "  set('GITHUB_OUTPUT', 'text', process.env.INPUT_TEXT);",
    "  appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Summary\\n');",
    "  console.log('::warning file=a.txt,line=2::planned%0Awarning');",
    "  console.log('token ' + process.env.TOKEN);",
    "  if (process.env.INPUT_TEXT === 'fail') process.exitCode = 3;",
    "  if (process.env.INPUT_TEXT === 'wait') { console.log('waiting'); setTimeout(() => {}, 60_000); }",
    '}',
  ].join('\n'),
};

const workflow = (text: string) =>
  JSON.stringify({
    on: ['push', 'pull_request'],
    jobs: {
      probe: {
        'runs-on': 'ubuntu-latest',
        env: { TOKEN: '${{ secrets.GITHUB_TOKEN }}' },
        outputs: { text: '${{ steps.probe.outputs.text }}' },
        steps: [
          { uses: 'actions/checkout@v6' },
          { id: 'probe', uses: './', with: { text } },
          { run: 'echo "event $GITHUB_EVENT_NAME of $GITHUB_REPOSITORY at $GITHUB_REF"' },
        ],
      },
      later: {
        'runs-on': 'ubuntu-latest',
        needs: 'probe',
        env: { TEXT: '${{ needs.probe.outputs.text }}' },
        steps: [{ run: 'echo "later $TEXT"' }],
      },
    },
  });

describe('a workflow that act runs', () => {
  it('gives outputs, commands, summary and what was printed, and hides secrets', async () => {
    const outcome = await runWorkflow({
      workflow: workflow('two words'),
      files: ACTION,
      secrets: { GITHUB_TOKEN: 'hush-hush' },
    });
    expect(outcome, outcome.text).toMatchObject({ status: 0, summary: '# Summary\n' });
    expect(outcome.outputs).toEqual({ 'probe.node': process.version, 'probe.text': 'two words' });
    expect(outcome.printed).toEqual([
      'token ***',
      'event push of acme/shop at refs/heads/main',
      'post after main',
      'later two words',
    ]);
    expect(outcome.commands).toContainEqual({
      name: 'warning',
      step: 'probe',
      properties: { file: 'a.txt', line: '2' },
      value: 'planned\nwarning',
    });
    expect(outcome.text).not.toContain('hush-hush');
  });

  it('runs for the event that it is given', async () => {
    const event = { name: 'pull_request', payload: { number: 7, pull_request: { base: { ref: 'main' } } } };
    const { printed } = await runWorkflow({ workflow: workflow('x'), files: ACTION, event });
    expect(printed).toContain('event pull_request of acme/shop at refs/pull/7/merge');
  });

  it('fails when a step fails, after the step for what comes after it', async () => {
    const { status, steps } = await runWorkflow({ workflow: workflow('fail'), files: ACTION });
    expect(status).toBe(1);
    expect(steps).toContainEqual({
      job: expect.any(String) as string,
      step: 'probe',
      stage: 'Main',
      result: 'failure',
    });
    expect(steps).toContainEqual({
      job: expect.any(String) as string,
      step: 'probe',
      stage: 'Post',
      result: 'success',
    });
  });

  it('can be cancelled', async () => {
    const then = (act: ChildProcess) => void act.kill('SIGINT');
    const outcome = await runWorkflow({ workflow: workflow('wait'), files: ACTION, when: { text: 'waiting', then } });
    expect(outcome.status).toBe(1);
    expect(outcome.printed).toContain('post after main');
  });
});
