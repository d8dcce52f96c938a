import type { Progress } from '../ports/index.ts';

/** How a phase ended. */
export type PhaseEnd = 'done' | 'failed';

/** Where people read: shows lines and what is going on. Everything it gets is harmless and masked already. */
export interface Screen {
  line(text: string): void;
  begin(title: string): void;
  /** Ends the phase that was begun, if any. */
  end(how: PhaseEnd): void;
  progress(progress: Progress): void;
}
