export { completeRequest, type CompleteRequest } from './complete.ts';
export {
  type DescriptorBuildpack,
  type DescriptorVariable,
  type License,
  type ProjectDescriptor,
  type ProjectMetadata,
  type SchemaVersion,
} from './descriptor.ts';
export { type FileSelection, selectFiles } from './files.ts';
export { parseProject, type ProjectContext } from './parse.ts';
export { readProject } from './read.ts';
