import path from 'node:path';
import {
  type BuildRequest,
  collectProblems,
  type ConnectionContext,
  type ConnectionInputs,
  createNetwork,
  type InputProblem,
  parseInputs,
  type Ports,
  type RawInputs,
} from '@buildpacks-ci/core';
import { flagValue, type Invocation } from './command.ts';
import { BUILD_DIRECTORY_OPTION } from './option.ts';
import { ownPlaces } from './own-places.ts';

export interface ReadBuildOptions {
  /** Found before, to be told together with those of the inputs. */
  readonly problems?: readonly InputProblem[];
  /** The image may lack a name: nothing is built. */
  readonly nameless?: boolean;
  /** The inputs are those of a Pod: no layer cache is added to them, and the image goes to a registry. */
  readonly complete?: boolean;
}

/** All inputs of a build. Whoever starts the command line is trusted, unless they say otherwise; no CI tells what the run is of. */
export function readBuildRequest(
  invocation: Invocation,
  { problems = [], nameless = false, complete = false }: ReadBuildOptions = {},
): BuildRequest {
  const { architecture } = invocation.host.machine;
  const image = readPositional(invocation, 'image');
  return collectProblems([...invocation.problems, ...image.problems, ...problems], () =>
    parseInputs(complete ? image.inputs : withOwnDefaults(image.inputs, invocation), {
      ...connectionContext(invocation),
      architecture,
      nameless,
      registryOnly: complete,
      facts: 'checkout',
      ownPlaces: ownPlaces(invocation),
    }),
  );
}

/** What the inputs of a connection are read against. */
export function connectionContext({ host }: Invocation): ConnectionContext {
  const { environment, machine, clock } = host;
  return { environment, workingDirectory: machine.workingDirectory, now: clock.now() };
}

/**
 * What this adapter adds to the built-in defaults: a layer cache in the user's cache folder (XDG base directory specification). Such a
 * cache is not signed, so that there is none when there are keys.
 */
function withOwnDefaults(inputs: RawInputs, { host }: Invocation): RawInputs {
  const decided = ['cache-store', 'cache-sign-key', 'cache-verify-keys'].map((name) => inputs[name] ?? '');
  if (decided.some((value) => value.length > 0)) return inputs;
  const { XDG_CACHE_HOME: configured = '' } = host.environment;
  const folder = path.isAbsolute(configured) ? configured : path.join(host.machine.home, '.cache');
  return { ...inputs, 'cache-store': [`local:${path.join(folder, 'buildpacks-ci/layers')}`] };
}

/**
 * The positional arguments beyond those that a command takes. Where something else is wrong they are most often values of options that are
 * not known, which are reported already.
 *
 * @param taken how many the command takes
 */
export function strayArguments(
  { positionals, problems }: Pick<Invocation, 'positionals' | 'problems'>,
  taken: number,
  hintFor: (argument: string) => string = () => 'Options begin with dashes; see --help.',
): readonly InputProblem[] {
  if (problems.length > 0) return [];
  return positionals.slice(taken).map((argument) => ({
    input: 'arguments',
    message: `"${argument}" is one too many`,
    hint: hintFor(argument),
  }));
}

/** The one positional argument that a command may take is another way to give an input. */
export function readPositional(
  { inputs, flags, positionals, problems }: Invocation,
  input: string,
): { readonly inputs: Invocation['inputs']; readonly problems: readonly InputProblem[] } {
  const [first] = positionals;
  const [given] = flags.get(input) ?? [];
  const twice = first !== undefined && given !== undefined && first !== given;
  return {
    inputs: first === undefined ? inputs : { ...inputs, [input]: first },
    problems: [
      ...(twice ? [{ input, message: `is given twice: --${input}="${given}" and "${first}"`, hint: 'Keep one.' }] : []),
      ...strayArguments({ positionals, problems }, 1),
    ],
  };
}

/** The directory that the stages of one build share; a stage on its own can't do without it. */
export function readBuildDirectory(invocation: Invocation): {
  readonly directory: string;
  readonly problems: readonly InputProblem[];
} {
  const { name } = BUILD_DIRECTORY_OPTION;
  const text = flagValue(invocation, name) ?? '';
  const directory = path.resolve(invocation.host.machine.workingDirectory, text);
  const reported = invocation.problems.some(({ input }) => input === `--${name}`);
  if (text !== '' || reported) return { directory, problems: [] };
  const problem = { input: name, message: 'it is missing', hint: 'Give all stages of one build the same directory.' };
  return { directory, problems: [problem] };
}

/** Does the work with the ports of this host; the network is closed afterwards, so that the process can end. */
export async function withPorts<T>(
  { host, console }: Invocation,
  connection: ConnectionInputs,
  work: (ports: Ports) => Promise<T>,
): Promise<T> {
  const { processes, clock, environment, machine, signal } = host;
  const { log } = console;
  const network = createNetwork({ inputs: connection, environment, home: machine.home, clock, log, signal });
  try {
    const outcome = await work({ processes, network, log, clock, environment, machine, signal });
    log.endPhase();
    return outcome;
  } finally {
    await network.close();
  }
}
