import { BuildpacksError } from '../../errors/index.ts';
import type { Command, Outcome, ProcessRunner } from '../../ports/index.ts';

/** What an engine says of itself. */
export interface ContainerFacts {
  /** The command line that reaches it. */
  readonly program: 'docker' | 'podman';
  /** Whose command line it is: `docker` may be Podman's stand-in. */
  readonly flavour: 'docker' | 'podman';
  readonly version: string;
  /** In OCI words: `amd64`, `arm64`, …. */
  readonly architecture: string;
  /** Whether containers see the ids of files as this machine does: no user namespace, no other machine, no SELinux labels. */
  readonly sharesFiles: boolean;
  /** The host name of the machine that containers run on; undefined when the engine is spoken to over a network. */
  readonly machine?: string;
  /** Whether it runs without root, and containers then have a network that is none of the machine's own. */
  readonly rootless: boolean;
}

type Extra = Omit<Command, 'file' | 'args' | 'environment'>;

/** Docker's or Podman's command line. Every call is one process; arguments are never joined into text. */
export interface ContainerClient {
  readonly facts: ContainerFacts;
  run(args: readonly string[], extra?: Extra): Promise<Outcome>;
  /**
   * Like `run`, where only success will do.
   *
   * @param failed what could not be done, for the message: `the container can't be created`
   * @throws BuildpacksError `engine` with the engine's own reason
   */
  succeed(failed: string, args: readonly string[], extra?: Extra): Promise<Outcome>;
}

export function containerClient(facts: ContainerFacts, processes: ProcessRunner): ContainerClient {
  const run = (args: readonly string[], extra: Extra = {}) => processes.run({ file: facts.program, args, ...extra });
  return {
    facts,
    run,
    succeed: async (failed, args, extra) => {
      const outcome = await run(args, extra);
      if (outcome.status === 0) return outcome;
      throw new BuildpacksError('engine', `${failed}: ${reasonOf(outcome)}`, {
        hint: `See whether "${facts.program} info" works in the same shell.`,
      });
    },
  };
}

/** The engine's reason for a failure: its error line, else the last one. */
export function reasonOf({ stderr, status, signal }: Outcome): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const said = lines.find((line) => /^(?:\w+: )?error\b/i.test(line)) ?? lines.findLast((line) => line !== '');
  if (said === undefined) return signal === null ? `exit status ${String(status)}` : `ended by ${signal}`;
  return said.replace(/^(?:\w+: )?error(?: response from daemon)?: /i, '');
}
