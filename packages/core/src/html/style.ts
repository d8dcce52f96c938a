/** How our pages look: the reader's own font and choice of light or dark, no colour as the only carrier of a meaning. */
export const PAGE_STYLE = `
:root { --text: #1b1f24; --soft: #57606a; --line: #d0d7de; --back: #fff; --stripe: #f6f8fa; --link: #0550ae;
  --good: #116329; --bad: #a40e26; --doubt: #7d4e00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9da7b3; --line: #3d444d; --back: #0d1117; --stripe: #161b22; --link: #79b8ff;
    --good: #56d364; --bad: #ff8f87; --doubt: #e3b341; }
}
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); }
main { padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
p { margin: 0 0 .75rem; color: var(--soft); }
.controls { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: .75rem 0; }
.controls label { display: grid; gap: .15rem; color: var(--soft); font-size: .85rem; }
input, select, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 4px; }
input, select { padding: .3rem .5rem; }
input[type=search] { width: min(26rem, 80vw); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.scroll { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 4px; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .35rem .6rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { position: sticky; top: 0; background: var(--stripe); white-space: nowrap; }
th button { border: 0; padding: 0; background: none; font-weight: 600; cursor: pointer; }
th button::after { content: " \\2195"; color: var(--soft); font-weight: 400; }
th[aria-sort=ascending] button::after { content: " \\2191"; }
th[aria-sort=descending] button::after { content: " \\2193"; }
td.number { text-align: right; }
td { white-space: nowrap; }
td.wide { min-width: 13rem; white-space: normal; overflow-wrap: break-word; }
tbody tr:nth-child(even) { background: var(--stripe); }
tr[hidden] { display: none; }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 600; }
.doubt { color: var(--doubt); }
@media print { .controls { display: none; } .scroll { max-height: none; overflow: visible; } }
`;
