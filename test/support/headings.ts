/** The anchors that GitHub gives to the headings of a page; one that is there already gets a number. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of page.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/^#+ (.*)$/gm)) {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let number = 0;
    let own = anchor;
    while (anchors.has(own)) own = `${anchor}-${(number += 1)}`;
    anchors.add(own);
  }
  return anchors;
}
