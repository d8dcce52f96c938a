import { runAction } from './action.ts';
import { createHost } from './host.ts';
import { TOOLKIT } from './toolkit.ts';

// No top-level await: the action is shipped as one CommonJS file, for the step itself and for what follows the job.
void runAction(createHost(process, TOOLKIT)).then((status) => {
  process.exitCode = status;
});
