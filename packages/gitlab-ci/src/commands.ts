import { BUILD } from './build.ts';
import type { Command } from './command.ts';

/** Every command. */
export const COMMANDS: readonly Command[] = [BUILD];
