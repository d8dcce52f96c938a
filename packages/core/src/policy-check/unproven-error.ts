import { BuildpacksError } from '../errors/index.ts';

/** An image does not tell, or does not prove, what rules ask for. */
export class UnprovenError extends BuildpacksError {
  /** Whose rules ask: `run-images`. */
  readonly topic: string;

  constructor(topic: string, message: string) {
    super('policy', message);
    this.topic = topic;
  }
}
