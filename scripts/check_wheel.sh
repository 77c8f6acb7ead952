#!/usr/bin/env bash
# Builds the wheel, installs it into a fresh environment outside the checkout, and uses it there as a stranger would.
set -euo pipefail
python=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
root=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

"$python" -m build --wheel --no-isolation --outdir "$place/dist" "$root" >/dev/null
"$python" -m venv "$place/venv"
# The pinned packages are already here; the wheel itself is what is tried out.
"$place/venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps "$place"/dist/*.whl
site=$("$python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
echo "$site" > "$("$place/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')/zz_packages.pth"

cd "$place"
where=$(venv/bin/python -c 'import service; print(service.__file__)')
case "$where" in "$place"/venv/*) ;; *) echo "the checkout was used instead of the wheel: $where"; exit 1 ;; esac
here=$(dirname "$where")/web
for file in static/app.css static/vendor/htmx/htmx.min.js static/vendor/htmx/LICENSE locales/zh/base.po templates/base.html; do
  [ -f "$here/$file" ] || { echo "the wheel lacks service/web/$file"; exit 1; }
done
venv/bin/tapewatch --version
venv/bin/tapewatch rules check
venv/bin/tapewatch init mine
(cd mine && ../venv/bin/tapewatch rules test rules)
venv/bin/tapewatch demo
echo "the wheel works on its own"
