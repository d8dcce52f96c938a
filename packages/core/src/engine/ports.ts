import type { Ports } from '../ports/index.ts';

/** What an engine needs from outside. */
export type EnginePorts = Pick<Ports, 'processes' | 'log' | 'clock' | 'machine' | 'environment' | 'signal'>;
