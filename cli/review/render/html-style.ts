/** How the HTML report looks: light and dark by the reader's choice, narrow screens, paper. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1a2230;--soft:#566074;--line:#dde2ea;--accent:#2457c5;
--bad:#b3261e;--bad-bg:#fdecea;--warn:#8a5a00;--warn-bg:#fff4dc;--good:#146c43;--good-bg:#e5f5ec;--mute-bg:#eef1f6;
--kept:#436cc4;--added:#12388c;--removed:#687184;--on-bar:#fff;--shared:#bcd0f7;--hatch:#6b8fd6;--gap:#f2b8b5;--code:#eef1f6}
@media (prefers-color-scheme:dark){:root{--bg:#11151c;--card:#1a202a;--ink:#e7ebf2;--soft:#a3adbf;--line:#2f3846;--accent:#8ab0ff;
--bad:#ffb4ab;--bad-bg:#43201e;--warn:#ffd58a;--warn-bg:#3a2d10;--good:#8fe0b4;--good-bg:#143526;--mute-bg:#232b37;
--kept:#466bb5;--added:#8ab0ff;--removed:#5b6475;--on-bar:#0e131b;--shared:#26375c;--hatch:#5e83cd;--gap:#7a3531;--code:#232b37}
.bar.kept .inside,.bar.removed .inside{fill:#fff}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--card);padding:8px 12px;z-index:2}
main{max-width:1180px;margin:0 auto;padding:24px 20px 48px}
header{border-radius:12px;padding:20px 24px;border:1px solid var(--line);border-left:8px solid var(--edge);background:var(--tint)}
.blocked{--edge:var(--bad);--tint:var(--bad-bg)}.needs-review,.incomplete{--edge:var(--warn);--tint:var(--warn-bg)}.clean{--edge:var(--good);--tint:var(--good-bg)}
h1{margin:0;font-size:26px;line-height:1.25}h1 .verdict{color:var(--edge)}
.sentence{margin:6px 0 0;font-size:17px}.sentence::first-letter{text-transform:uppercase}.provenance{margin:10px 0 0;color:var(--soft);font-size:13.5px}
h2{font-size:18px;margin:0 0 12px}h3{font-size:15px;margin:0}
article{padding:10px 0;border-top:1px solid var(--line)}article:first-of-type{border-top:0;padding-top:0}article p,article ol{margin:4px 0}article ol{padding-left:22px}
article:target{background:var(--mute-bg);outline:6px solid var(--mute-bg);border-radius:2px}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:18px 20px;margin-top:18px;overflow:hidden}
.glance{display:grid;grid-template-columns:repeat(5,1fr);gap:10px;margin:18px 0 0}
.glance div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px}
.glance dt{color:var(--soft);font-size:12.5px}.glance dd{margin:2px 0 0;font-size:20px;font-weight:650;font-variant-numeric:tabular-nums}
.glance .alarming{background:var(--bad-bg);border-color:var(--bad)}.glance .alarming dd{color:var(--bad)}
.notice{margin:14px 0 0;padding:10px 14px;border-radius:8px;background:var(--bad-bg);color:var(--bad);font-weight:600}
.scroll{overflow-x:auto;outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;color:var(--soft);font-weight:600;font-size:12.5px;border-bottom:1px solid var(--line);padding:6px 10px;white-space:nowrap}
td{padding:9px 10px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere;min-width:5.5em}
tr:last-child td{border-bottom:0}td.wide{min-width:15em}td.tight{white-space:nowrap;min-width:0;overflow-wrap:normal}td code{white-space:nowrap}td.wide code{white-space:normal}
code{background:var(--code);border-radius:5px;padding:1px 5px;font:12.5px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
a{color:var(--accent);text-underline-offset:2px}a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:4px}
.pill{display:inline-block;border-radius:999px;padding:1px 9px;font-size:12px;font-weight:650;white-space:nowrap;background:var(--mute-bg);color:var(--soft)}
.pill.critical,.pill.high,.pill.loosens{background:var(--bad-bg);color:var(--bad)}.pill.medium{background:var(--warn-bg);color:var(--warn)}.pill.tightens{background:var(--good-bg);color:var(--good)}
.soft{color:var(--soft)}details+details{margin-top:6px}summary{cursor:pointer;font-weight:600;padding:3px 0}
details.block{border:1px solid var(--line);border-radius:8px;padding:6px 14px}details.block ul{margin:6px 0 8px;padding-left:20px}
.legend{display:flex;flex-wrap:wrap;gap:16px;margin:10px 0 0;font-size:13px;color:var(--soft)}.legend span::before{content:"";display:inline-block;width:18px;height:11px;border-radius:3px;margin-right:6px;vertical-align:-1px;background:var(--swatch)}
.l-kept{--swatch:var(--kept)}.l-added{--swatch:var(--added)}.l-removed{--swatch:var(--removed)}.l-shared{--swatch:repeating-linear-gradient(45deg,var(--hatch) 0 2px,var(--shared) 2px 6px)}.l-gap{--swatch:var(--gap)}
.timeline{display:block;min-width:760px;width:100%;height:auto;font:12px system-ui,sans-serif}
.timeline .identity{font-weight:600;font-size:13px;fill:var(--ink)}.timeline .month{stroke:var(--line)}.timeline .month-label{fill:var(--soft);font-size:11px}
.timeline .rule{stroke:var(--line)}.timeline .today{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:5 3}.timeline .today-label{fill:var(--bad);font-weight:600}
.bar.kept rect{fill:var(--kept)}.bar.added rect{fill:var(--added)}.bar.removed rect{fill:var(--removed)}.bar .inside{fill:var(--on-bar);font-weight:600;font-size:11px}.bar .beside{fill:var(--ink);font-size:11px}
.bar:focus{outline:none}.bar:focus-visible rect{stroke:var(--ink);stroke-width:3}
.shared{fill:var(--shared)}.hatch{fill:var(--hatch)}.gap{fill:var(--gap)}
footer{margin-top:22px;color:var(--soft);font-size:13px}
@media (max-width:820px){main{padding:14px 12px}.glance{grid-template-columns:repeat(2,1fr)}h1{font-size:21px}section{padding:14px}}
@media print{:root{color-scheme:light}body{background:#fff;font-size:12px}main{max-width:none;padding:0}section,header{break-inside:avoid;border-color:#bbb}
section.long{break-inside:auto}.skip{display:none}.scroll{overflow:visible}details::details-content{content-visibility:visible;block-size:auto}a{color:inherit}*{print-color-adjust:exact}}
`;
