import type { Command, CommandGroup } from '../command.ts';
import { BUILD } from './build.ts';
import { BUNDLE } from './bundle.ts';
import { CACHE } from './cache.ts';
import { DOCTOR } from './doctor.ts';
import { FLEET } from './fleet.ts';
import { INSPECT } from './inspect.ts';
import { LOAD } from './load.ts';
import { LOCK } from './lock.ts';
import { POLICY } from './policy.ts';
import { PREPARE } from './prepare.ts';
import { PUBLISH } from './publish.ts';
import { REBASE } from './rebase.ts';
import { RUN } from './run.ts';
import { VERIFY } from './verify.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly (Command | CommandGroup)[] = [
  BUILD,
  PREPARE,
  RUN,
  PUBLISH,
  INSPECT,
  FLEET,
  REBASE,
  DOCTOR,
  CACHE,
  LOCK,
  VERIFY,
  BUNDLE,
  LOAD,
  POLICY,
];
