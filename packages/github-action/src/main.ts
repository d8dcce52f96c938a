import { runAction } from './action.ts';
import { createHost } from './host.ts';
import { TOOLKIT } from './toolkit.ts';

// No top-level await: the action is shipped as one CommonJS file, for the step itself and for what follows the job.
void runAction(createHost(process, TOOLKIT)).then((status) => {
  // The job is not kept waiting for what was given up and heeds no signal, as GitHub's own cache client does not.
  process.exit(status);
});
