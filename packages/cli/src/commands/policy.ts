import type { CommandGroup } from '../command.ts';
import { POLICY_CHECK } from './policy-check.ts';
import { POLICY_PREVIEW } from './policy-preview.ts';
import { POLICY_PUSH } from './policy-push.ts';

export const POLICY: CommandGroup = {
  name: 'policy',
  summary: 'Judges images and builds by the rules of a platform team, and publishes such rules.',
  actions: [POLICY_CHECK, POLICY_PREVIEW, POLICY_PUSH],
};
