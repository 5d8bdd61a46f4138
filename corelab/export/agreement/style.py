"""How the report of agreement looks, on screen and on paper."""

from typing import Final

STYLE: Final = """<style>
:root{--ink:#14191d;--second:#55616a;--line:#c9d0d6;--hair:#e4e8eb;--wash:#f4f6f8;--teal:#1f9a83;--amber:#9a6a00;--blue:#1f6fae;--red:#d8502b}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:#fff;font:13px/1.45 Inter,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
font-variant-numeric:tabular-nums}
main{max-width:980px;margin:0 auto;padding:36px 28px 60px}
h1{font-size:26px;font-weight:600;margin:0 0 2px}
h2{font-size:17px;font-weight:600;margin:34px 0 8px}
h3{font-size:13px;font-weight:600;margin:14px 0 4px}
.lead{color:var(--second);margin:0 0 14px;font-size:14px}
p{margin:6px 0;max-width:78ch}
.note,small{color:var(--second)}
.note{font-size:12px}
small{font-size:11px;font-weight:400}
dl{display:grid;grid-template-columns:130px 1fr;margin:0;padding:12px 0;
border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
dt{color:var(--second)}
dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:8px 0 14px}
th{text-align:left;font-size:11px;font-weight:600;color:var(--second);border-bottom:1.5px solid var(--second);
padding:4px 10px 4px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--hair);padding:4px 10px 4px 0;vertical-align:top}
td small{white-space:nowrap}
td small.why{white-space:normal;display:block;line-height:1.25}
.figures{table-layout:fixed}
.figures th:nth-child(1){width:19%}.figures th:nth-child(2){width:6.5%}.figures th:nth-child(3){width:8%}
.figures th:nth-child(4){width:15%}.figures th:nth-child(5){width:15%}.figures th:nth-child(6){width:14%}
.figures th:nth-child(7){width:14%}
.counts td,.counts th{padding-right:8px}
.counts td:not(:first-child),.counts th:not(:first-child){text-align:right}
.same{font-weight:600;color:var(--teal)}
.beside{display:grid;grid-template-columns:minmax(0,1.15fr) minmax(0,1fr);gap:34px;align-items:start}
.badge{display:inline-block;font-size:12px;font-weight:600;color:var(--amber);border:1px solid var(--amber);
border-radius:4px;padding:1px 7px;vertical-align:middle}
.bar{width:100%;max-width:170px;height:16px;display:block}
.plot{width:100%;max-width:760px;display:block;margin:8px 0}
.grid{stroke:var(--hair);stroke-width:1}
.zero{stroke:var(--line);stroke-width:1}
.reach{stroke:var(--teal);stroke-width:2.4;stroke-linecap:round}
.dot{fill:var(--teal)}
.signal{fill:#fff;stroke:var(--red);stroke-width:2.4}
.level{stroke:var(--blue);stroke-width:1.4}
.limit{stroke:var(--blue);stroke-width:1;stroke-dasharray:5 4}
.band{fill:var(--blue);opacity:.1}
.course{fill:none;stroke:var(--teal);stroke-width:1;opacity:.5}
.t{font-size:11px;fill:var(--second)}
.across{position:fixed;inset:0;display:flex;align-items:center;justify-content:center;font-size:24vw;font-weight:600;color:#f7f4ec;
transform:rotate(-56deg);z-index:-1;pointer-events:none}
@page{size:A4;margin:14mm}
@media print{main{max-width:none;padding:0}body{font-size:10.5px}h2{margin-top:22px}
tr,.plot,.beside{break-inside:avoid}h2,h3{break-after:avoid}
thead{display:table-header-group}}
</style>"""
