import { parseRegistryHost } from './places.ts';
import { Problems } from './problems.ts';
import { InputReader, type RawInputs } from './reader.ts';

/** The inputs that every stage and command which speaks to registries has. */
export interface ConnectionInputs {
  /** `host[:port]`, lower case. */
  readonly insecureRegistries: readonly string[];
}

/** @throws InputError with every problem there is */
export function parseConnectionInputs(raw: RawInputs): ConnectionInputs {
  const problems = new Problems();
  const connection = readConnectionInputs(new InputReader(raw, problems), problems);
  problems.throwIfAny();
  return connection;
}

export function readConnectionInputs(reader: InputReader, problems: Problems): ConnectionInputs {
  const hosts = reader.list('insecure-registries');
  return { insecureRegistries: hosts.flatMap((host) => problems.attempt(() => [parseRegistryHost(host)]) ?? []) };
}
