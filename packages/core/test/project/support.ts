import { InputError } from '../../src/errors/index.ts';
import { parseProject, type ProjectContext, type ProjectDescriptor } from '../../src/project/index.ts';

const CONTEXT: ProjectContext = { file: 'project.toml', base: '/nowhere', appDirectory: '/nowhere' };

export function parse(text: string, changes: Partial<ProjectContext> = {}): ProjectDescriptor {
  return parseProject(text, { ...CONTEXT, ...changes });
}

/** The problems of a descriptor, one per line as users see them. */
export function problemsOf(text: string, changes: Partial<ProjectContext> = {}): readonly string[] {
  try {
    parse(text, changes);
  } catch (error) {
    if (error instanceof InputError) return error.message.split('\n');
    throw error;
  }
  return [];
}

/** The warnings of a descriptor as `line: message`. */
export function warningsOf(text: string): readonly string[] {
  return parse(text).warnings.map(({ message, place }) => `${place.line ?? '?'}: ${message}`);
}
