import { escapeHtml } from './escape.ts';
import type { PageData } from './page.ts';

/** A column of a table that can be searched and sorted. */
export interface TableColumn {
  readonly title: string;
  /** `number`: aligned right and sorted by value; `wide`: long text that may be broken where a line is full; `choice`: the reader can pick one of its values. */
  readonly kind: 'text' | 'number' | 'wide' | 'choice';
}

/** What stands in a cell: several texts stand below each other, and null is empty. */
export type TableCell = string | number | readonly string[] | null;

export interface PageTable {
  /** Of the element; letters, digits and dashes. */
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  /** How texts of `choice` columns are marked, by the text's first word. */
  readonly marks: Readonly<Record<string, 'good' | 'bad' | 'doubt'>>;
}

/** Where a table is drawn, and its search field; `TABLE_SCRIPT` fills it. */
export function tablePlace({ id, caption }: PageTable): string {
  const name = escapeHtml(id);
  return [
    `<section data-table="${name}" aria-labelledby="${name}-caption">`,
    `<h2 id="${name}-caption">${escapeHtml(caption)}</h2>`,
    '<div class="controls"><label>Search <input type="search" autocomplete="off" spellcheck="false"></label></div>',
    '<p role="status"></p>',
    `<div class="scroll" role="region" tabindex="0" aria-labelledby="${name}-caption"><table><thead></thead><tbody></tbody></table></div>`,
    '</section>',
  ].join('\n');
}

/**
 * The table's data. Texts are told once and then by their place in a list, since a thousand images have few buildpacks: a number in a cell of
 * texts is such a place, in one of numbers it is itself.
 */
export function tableData({ id, columns, rows, marks }: PageTable): PageData {
  const places = new Map<string, number>();
  const placeOf = (text: string) => {
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  };
  const cells = rows.map((row) =>
    row.map((cell) => {
      if (typeof cell === 'string') return placeOf(cell);
      return cell === null || typeof cell === 'number' ? cell : cell.map(placeOf);
    }),
  );
  return { id: `${id}-data`, value: { columns, rows: cells, texts: [...places.keys()], marks } };
}

/**
 * Draws every table of a page from its data, by text nodes alone, and makes it searchable (all words, anywhere in the row), choosable and sortable by
 * its headings. Runs in the reader's browser.
 */
export const TABLE_SCRIPT = String.raw`
'use strict';
for (const section of document.querySelectorAll('[data-table]')) {
  const data = JSON.parse(document.getElementById(section.dataset.table + '-data').textContent);
  const { columns, texts, marks } = data;
  const search = section.querySelector('input');
  const status = section.querySelector('[role=status]');
  const body = section.querySelector('tbody');
  const add = (parent, name, text) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  };
  const plain = (cell, index) => {
    if (cell === null) return '';
    if (Array.isArray(cell)) return cell.map((place) => texts[place]).join('\n');
    return columns[index].kind === 'number' ? cell : texts[cell];
  };

  const rows = data.rows.map((cells) => {
    const values = cells.map(plain);
    const element = document.createElement('tr');
    values.forEach((value, index) => {
      const cell = add(element, 'td');
      const { kind } = columns[index];
      if (kind === 'number' || kind === 'wide') cell.className = kind;
      if (kind === 'choice') cell.className = marks[String(value).split(' ')[0]] || '';
      String(value).split('\n').forEach((line, place) => {
        if (place > 0) add(cell, 'br');
        cell.append(line);
      });
    });
    body.append(element);
    return { values, element, words: values.join('\n').toLowerCase() };
  });

  const choices = columns.flatMap(({ title, kind }, index) => {
    if (kind !== 'choice') return [];
    const label = add(section.querySelector('.controls'), 'label', title + ' ');
    const select = add(label, 'select');
    add(select, 'option', 'all').value = '';
    const values = new Set(rows.map(({ values }) => String(values[index]).split(' ')[0]));
    for (const value of [...values].sort()) if (value !== '') add(select, 'option', value).value = value;
    select.addEventListener('change', show);
    return [{ select, index }];
  });

  function show() {
    const wanted = search.value.toLowerCase().split(/\s+/).filter((word) => word !== '');
    let shown = 0;
    for (const { values, element, words } of rows) {
      const chosen = choices.every(({ select, index }) => {
        return select.value === '' || String(values[index]).split(' ')[0] === select.value;
      });
      element.hidden = !(chosen && wanted.every((word) => words.includes(word)));
      if (!element.hidden) shown += 1;
    }
    status.textContent = shown + ' of ' + rows.length + ' shown';
  }

  const order = new Intl.Collator('en', { numeric: true });
  const compare = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : order.compare(a, b));
  const ordered = (sign, index) => (a, b) => {
    const [left, right] = [a.values[index], b.values[index]];
    if (left === '' || right === '') return (left === '') - (right === '');
    return sign * compare(left, right);
  };
  const head = add(section.querySelector('thead'), 'tr');
  columns.forEach(({ title }, index) => {
    const heading = add(head, 'th');
    heading.scope = 'col';
    add(heading, 'button', title).addEventListener('click', () => {
      const descending = heading.getAttribute('aria-sort') === 'ascending';
      for (const each of head.children) each.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', descending ? 'descending' : 'ascending');
      rows.sort(ordered(descending ? -1 : 1, index));
      body.append(...rows.map(({ element }) => element));
    });
  });

  search.addEventListener('input', show);
  show();
}
`;
