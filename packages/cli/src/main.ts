import { createHost } from './host.ts';
import { runProgram } from './program.ts';

const host = createHost(process);
// Takes the place of the arguments that all on this machine can read, foreign code in a build without namespaces too: they may hold passwords.
process.title = 'buildpacks-ci';

// No top-level await: the program is shipped as one CommonJS file.
void runProgram(host).then((status) => {
  process.exitCode = status;
});
