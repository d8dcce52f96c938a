export { asError } from './as-error.ts';
export { cancellation } from './cancellation.ts';
export { adviceOf, BuildpacksError, type ErrorCode, type ErrorDetails } from './error.ts';
export { EXIT_STATUS, exitStatusOf } from './exit-status.ts';
export { describeProblem, formatPlace, InputError, type InputProblem, type Place } from './input-error.ts';
export { LifecycleError } from './lifecycle-error.ts';
export { machineError } from './machine-error.ts';
export { collectProblems } from './problems.ts';
