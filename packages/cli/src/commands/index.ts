import type { Command } from '../command.ts';
import { BUILD } from './build.ts';
import { BUNDLE } from './bundle.ts';
import { CACHE } from './cache.ts';
import { DOCTOR } from './doctor.ts';
import { INSPECT } from './inspect.ts';
import { LOAD } from './load.ts';
import { LOCK } from './lock.ts';
import { PREPARE } from './prepare.ts';
import { PUBLISH } from './publish.ts';
import { RUN } from './run.ts';
import { VERIFY } from './verify.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  BUILD,
  PREPARE,
  RUN,
  PUBLISH,
  INSPECT,
  DOCTOR,
  CACHE,
  LOCK,
  VERIFY,
  BUNDLE,
  LOAD,
];
