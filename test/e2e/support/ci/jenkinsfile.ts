/** What tests need of a declarative pipeline. */
export interface Jenkinsfile {
  /** Of `agent { docker { … } }`. */
  readonly docker: { readonly image?: string; readonly args?: string };
  readonly environment: Readonly<Record<string, string>>;
  readonly stages: readonly JenkinsStage[];
  /** The scripts of `post { always { … } }`. */
  readonly always: readonly string[];
}

interface JenkinsStage {
  /** The text of its `when`. */
  readonly when: string;
  /** Variables that get the text of credentials. */
  readonly credentials: readonly string[];
  readonly scripts: readonly string[];
}

/**
 * Reads a pipeline as the page writes it: prettily, values in single quotes on one line.
 *
 * @throws Error where Groovy would put values into a script
 */
export function readJenkinsfile(text: string): Jenkinsfile {
  if (/\bsh\s*\(?\s*"/.test(text)) throw new Error('a script in double quotes is put together by Groovy');
  const environment = [...block(text, 'environment').matchAll(/^ *(\w+) = '(.*)'$/gm)];
  return {
    docker: Object.fromEntries([...block(text, 'docker').matchAll(/^ *(image|args) '([^']*)'/gm)].map(pair)),
    environment: Object.fromEntries(environment.map(pair)),
    stages: [...text.matchAll(/^( *)stage\('[^']*'\) \{\n([^]*?)^\1\}$/gm)].map(([, , body = '']) => ({
      when: block(body, 'when'),
      credentials: [...body.matchAll(/string\(credentialsId: '[^']*', variable: '(\w+)'\)/g)].map(
        ([, name = '']) => name,
      ),
      scripts: scripts(body),
    })),
    always: scripts(block(block(text, 'post'), 'always')),
  };
}

/** The lines between `name {` and the brace below it. */
function block(text: string, name: string): string {
  return new RegExp(`^( *)${name} \\{\\n([^]*?)^\\1\\}$`, 'm').exec(text)?.[2] ?? '';
}

function scripts(text: string): readonly string[] {
  return [...text.matchAll(/^ *sh '([^\n]*)'(?: \/\/.*)?$/gm)].map(([, script = '']) => script);
}

function pair([, name = '', value = '']: RegExpMatchArray): [string, string] {
  return [name, value];
}
