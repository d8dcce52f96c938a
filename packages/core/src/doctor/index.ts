export { doctor, type DoctorOptions } from './doctor.ts';
export { doctorJson } from './json.ts';
export { renderReport } from './render.ts';
export type { Check, DoctorReport } from './report.ts';
export { failureOf } from './verdict.ts';
