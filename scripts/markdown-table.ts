/** A table in Markdown that Prettier leaves alone: it would fill every cell to the width of the longest one. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`);
  return ['<!-- prettier-ignore -->', ...lines, ''].join('\n');
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|');
}
