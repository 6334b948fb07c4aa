"""Executes the notebooks and writes them as .ipynb and .html, the same bytes each time; `--check` compares instead.

The sources are the .py files in this folder (percent format). What is stripped: execution times, random cell ids, the
version of Python. The check executes everything anew, and compares all texts exactly and all numbers to six digits,
figures to a fiftieth of a point, so that another processor may round otherwise and another result may not hide.
"""

import difflib
import re
import sys
import tempfile
from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from pygments.formatters import HtmlFormatter

HERE = Path(__file__).parent
SOURCES = sorted(HERE.glob("[0-9][0-9]_*.py"))
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root {{ --ink: #1f2328; --paper: #fefefe; --line: #d0d7de; --block: #f6f8fa; --faint: #59636e; --link: #0969da; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #e6edf3; --paper: #0d1117; --line: #3d444d; --block: #161b22; --faint: #9198a1; --link: #4493f8; }}
}}
body {{ color: var(--ink); background: var(--paper); font: 16px/1.55 system-ui, sans-serif; max-width: 62rem;
  margin: 0 auto; padding: 1rem 1.25rem 4rem; }}
a {{ color: var(--link); }}
pre, code {{ font: 13px/1.45 ui-monospace, monospace; }}
p code, li code, td code {{ background: var(--block); padding: 0 .25em; border-radius: 3px; }}
.highlight, .output_text pre, .output_stream pre {{ background: var(--block); border-radius: 6px; padding: .6rem .8rem;
  overflow-x: auto; margin: .5rem 0; }}
.highlight pre {{ margin: 0; }}
.prompt, .anchor-link {{ display: none; }}
svg {{ max-width: 100%; height: auto; }}
div:has(> table) {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: 14px; margin: .5rem 0; }}
th, td {{ border-bottom: 1px solid var(--line); padding: .2rem .7rem .2rem 0; text-align: left; vertical-align: top; }}
td {{ font-variant-numeric: tabular-nums; }}
{light}
@media (prefers-color-scheme: dark) {{
{dark}
}}
</style>
</head>
<body>
<p><small>Executed notebook of <code>bulkwatch</code>; built by <code>notebooks-export/build</code> from
<code>{source}</code>. Nothing is loaded from the network.</small></p>
{body}
</body>
</html>
"""


def executed(source):
    """The notebook of a source, executed, without anything that changes from run to run."""
    book = jupytext.read(source)
    book.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
                     "language_info": {"name": "python"}}
    NotebookClient(book, timeout=900, kernel_name="python3", record_timing=False, coalesce_streams=True,
                   extra_arguments=["--IPKernelApp.log_level=ERROR"],
                   resources={"metadata": {"path": str(HERE)}}).execute()
    book.metadata["language_info"] = {"name": "python"}
    for n, cell in enumerate(book.cells):
        cell.id = f"cell-{n:02}"
        cell.metadata = {}
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise RuntimeError(f"{source.name} says on stderr: {output.text}")
    return book


def colors(style):
    """Colors of code, without a background of their own."""
    rules = HtmlFormatter(style=style).get_style_defs(".highlight").splitlines()
    return "\n".join(rule for rule in rules if "linenos" not in rule and "background" not in rule.split("{")[1][:12])


def page(book, source):
    """The notebook as one page without scripts and without the network."""
    exporter = HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True,
                            exclude_anchor_links=True)
    body, _ = exporter.from_notebook_node(book)
    title = next(c.source for c in book.cells if c.cell_type == "markdown").splitlines()[0].lstrip("# ")
    text = PAGE.format(title=f"bulkwatch: {title}", source=source.name, body=body,
                       light=colors("default"), dark=colors("github-dark"))
    text = "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    for found in re.findall(r"""(?:src|href)=["']?(https?:[^"' >]*)|<script""", text):
        raise RuntimeError(f"{source.name}: the page would load {found or 'a script'}")
    return text


def written(folder):
    """Executes all notebooks into a folder."""
    for source in SOURCES:
        book = executed(source)
        nbformat.write(book, folder / f"{source.stem}.ipynb")
        (folder / f"{source.stem}.html").write_text(page(book, source))
        print(f"executed {source.name}", flush=True)


def outputs(path):
    """All sources and outputs of a notebook, by cell."""
    for n, cell in enumerate(nbformat.read(path, 4).cells):
        yield f"cell {n}, source", cell.source
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            for kind, text in sorted(data.items()):
                yield f"cell {n}, {kind}", text


def close(a, b, figure):
    """Whether two numbers are one."""
    a, b = float(a), float(b)
    return abs(a - b) <= (0.02 if figure else 1e-6 * max(1.0, abs(a), abs(b)))


def differences(committed, made):
    """What two notebooks do not share, in words."""
    before, after = list(outputs(committed)), list(outputs(made))
    if [where for where, _ in before] != [where for where, _ in after]:
        return [f"{committed.name}: other cells or outputs"]
    found = []
    for (where, a), (_, b) in zip(before, after):
        figure = "svg" in where
        same = NUMBER.sub("#", a) == NUMBER.sub("#", b)
        same = same and all(close(x, y, figure) for x, y in zip(NUMBER.findall(a), NUMBER.findall(b)))
        if not same:
            lines = difflib.unified_diff(a.splitlines(), b.splitlines(), "committed", "now", lineterm="", n=0)
            found.append(f"{committed.name}, {where}:\n" + "\n".join(line[:200] for line in list(lines)[:12]))
    return found


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit("usage: build [--check]")
    if not sys.argv[1:]:
        written(HERE)
        return
    with tempfile.TemporaryDirectory() as folder:
        written(Path(folder))
        found = []
        for source in SOURCES:
            for kind in ["ipynb", "html"]:
                if not (HERE / f"{source.stem}.{kind}").is_file():
                    sys.exit(f"{source.stem}.{kind} is not committed: run notebooks-export/build")
            found += differences(HERE / f"{source.stem}.ipynb", Path(folder) / f"{source.stem}.ipynb")
            page_made = page(nbformat.read(HERE / f"{source.stem}.ipynb", 4), source)
            if page_made != (HERE / f"{source.stem}.html").read_text():
                found.append(f"{source.stem}.html is not the page of {source.stem}.ipynb")
    if found:
        print("\n\n".join(found), file=sys.stderr)
        sys.exit("the committed notebooks are not what executing them gives: look at the change, run notebooks-export/build, commit")
    print("the committed notebooks are what executing them gives")


main()
