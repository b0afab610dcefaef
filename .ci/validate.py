"""Holds PDFs against PDF/UA-1 and PDF/A-3a (page-validation), qpdf, and pdffonts. Exit status 1 when one fails."""

import re
import subprocess
import sys

import page


def lengths_are_right(path):
    """Whether every stream is exactly as long as its dictionary says."""
    pdf = open(path, "rb").read()
    for at in re.finditer(rb"(?<!end)stream\r?\n", pdf):
        dictionary = pdf[pdf.rfind(b"obj", 0, at.start()) : at.start()]
        length = re.findall(rb"/Length (\d+)", dictionary)
        if not length or not re.match(rb"\r?\nendstream", pdf[at.end() + int(length[-1]) :]):
            return False
    return True


def problems(path):
    for profile in ("ua1", "3a"):
        report = page.validate_pdf(path, profile=profile)
        for failure in report.failures:
            # page 0.11 takes the last byte of compressed data for a line end when it happens to be a carriage return
            if failure.rule_id == "PDFA3A-STREAM-LENGTH-001" and lengths_are_right(path):
                continue
            yield f"{profile} {failure.rule_id}: {failure.message}"
    qpdf = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
    if qpdf.returncode != 0:
        yield f"qpdf: {qpdf.stdout}{qpdf.stderr}"
    fonts = subprocess.run(["pdffonts", path], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    if not fonts:
        yield "pdffonts: no fonts"
    for line in fonts:
        # name, type, encoding, emb, sub, uni, object ID: read from the right, the type holds spaces
        embedded, _, unicode = line.split()[-5:-2]
        if "NotoSans" not in line or embedded != "yes" or unicode != "yes":
            yield f"pdffonts: {line}"


failed = False
for path in sys.argv[1:]:
    found = list(problems(path))
    failed |= bool(found)
    print(f"{path}: {'ok' if not found else ''}", *found, sep="\n  ")
sys.exit(1 if failed or len(sys.argv) < 2 else 0)
