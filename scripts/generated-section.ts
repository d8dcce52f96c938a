/**
 * A page with one of its sections written anew. The section is between `<!-- NAME: made by "npm run generate" -->` and `<!-- end of NAME -->`.
 *
 * @throws Error when the page has no such section
 */
export function withSection(page: string, name: string, content: string): string {
  const begin = `<!-- ${name}: made by "npm run generate" -->\n`;
  const end = `\n<!-- end of ${name} -->\n`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`the page has no section "${name}"`);
  return `${page.slice(0, from)}${begin}\n${content}${page.slice(to)}`;
}
