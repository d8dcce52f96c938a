import type { InputProblem } from '../../errors/index.ts';

/** What differs between those who carry a build from container to container, said in the words of their users. */
export interface HandOverTerms {
  /** What to do about a container of the builder that runs as another user than was planned; one line. */
  readonly otherUser: string;
  /** Why bindings may not be handed over, where more people could read them then. Absent: they may. */
  readonly noBindings?: Pick<InputProblem, 'message' | 'hint'>;
  /** Absent: a folder may be of any size. */
  readonly limit?: HandOverLimit;
}

/** How large a folder may be that is handed over: beyond it the layer cache is left out, and then there is a warning. */
export interface HandOverLimit {
  readonly bytes: number;
  /** The input that it comes from. */
  readonly input: string;
  /** What happens to a larger one, and what to do about it; one line. */
  readonly advice: string;
}
