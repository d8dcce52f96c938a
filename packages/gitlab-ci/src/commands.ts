import { BUILD } from './build.ts';
import type { Command } from './command.ts';
import { REBASE } from './rebase.ts';
import { PREPARE } from './staged/prepare.ts';
import { PUBLISH } from './staged/publish.ts';

/** Every command. */
export const COMMANDS: readonly Command[] = [BUILD, PREPARE, PUBLISH, REBASE];
