import { createHost } from './host.ts';
import { runProgram } from './program.ts';

// No top-level await: the program is shipped as one CommonJS file.
void runProgram(createHost(process)).then((status) => {
  process.exitCode = status;
});
