import path from 'node:path';
import {
  collectProblems,
  InputError,
  parseConnectionInputs,
  parsePolicyTarget,
  pushPolicy,
  readPolicyFile,
} from '@buildpacks-ci/core';
import type { Command } from '../command.ts';
import { connectionGroup, HELP_OPTION, inputOption } from '../option.ts';
import { connectionContext, strayArguments, withPorts } from '../requests.ts';

const ARGUMENTS = 2;

export const POLICY_PUSH: Command = {
  name: 'policy push',
  summary: 'Publishes a policy on a registry, and prints what to write into the input policy.',
  usage: ['FILE oci://REGISTRY/NAME:TAG [options]'],
  details: ['The file is read before: one with a mistake goes nowhere.'],
  groups: [{ title: 'Options', options: [inputOption('log-level'), HELP_OPTION] }, connectionGroup()],
  async run(invocation) {
    const [file, target] = invocation.positionals;
    const { workingDirectory } = invocation.host.machine;
    const upload = collectProblems([...invocation.problems, ...strayArguments(invocation, ARGUMENTS)], () => {
      if (file === undefined || target === undefined) {
        const hint = 'Write policy push FILE oci://REGISTRY/NAME:TAG.';
        throw new InputError([{ input: 'arguments', message: 'file or target is missing', hint }]);
      }
      return {
        policy: readPolicyFile(path.resolve(workingDirectory, file), file),
        target: parsePolicyTarget(target),
        connection: parseConnectionInputs(invocation.inputs, connectionContext(invocation)),
      };
    });
    const name = await withPorts(invocation, upload.connection, (ports) => pushPolicy(upload, ports));
    invocation.console.print(`${name}\n`);
  },
};
