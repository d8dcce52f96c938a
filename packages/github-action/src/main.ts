import path from 'node:path';
import { runAction } from './action.ts';
import { createHost } from './host.ts';
import { runRebaseAction } from './rebase/action.ts';
import { TOOLKIT } from './toolkit.ts';

const [, program = ''] = process.argv;
// Both actions are one file: the other one's entry is a line that loads it (scripts/bundle.ts).
const run = path.basename(program) === 'rebase.cjs' ? runRebaseAction : runAction;

// No top-level await: the action is shipped as one CommonJS file, for the step itself and for what follows the job.
void run(createHost(process, TOOLKIT)).then((status) => {
  // The job is not kept waiting for what was given up and heeds no signal, as GitHub's own cache client does not.
  process.exit(status);
});
