#!/usr/bin/env bash
# Copies the browser libraries of the page from npm into web/npm, byte by byte,
# and picks the icons that the page shows. Needs npm and node.
#
#   bash cmd/ringback/internal/console/npm.sh
#
# web/npm/packages.txt lists each file with its package, version, license and
# SHA-256; a test compares. The folder is not called vendor, since Go leaves
# such folders out of modules.
set -euo pipefail
cd "$(dirname "$0")"

packages=(preact@11.2.0 htm@3.1.1 @preact/signals@2.11.4 @preact/signals-core@1.14.5 lucide-static@1.62.0)

# file in web/npm, package, file in the package
files=(
  "preact.mjs preact dist/preact.mjs"
  "hooks.mjs preact hooks/dist/hooks.mjs"
  "preact.license.txt preact LICENSE"
  "htm.mjs htm dist/htm.mjs"
  "htm.license.txt htm LICENSE"
  "signals.mjs @preact/signals dist/signals.mjs"
  "signals.license.txt @preact/signals LICENSE"
  "signals-core.mjs @preact/signals-core dist/signals-core.mjs"
  "signals-core.license.txt @preact/signals-core LICENSE"
  "icons.license.txt lucide-static LICENSE"
)

# The icons, by their names at lucide.dev.
icons=(
  activity archive arrow-down arrow-down-left arrow-left arrow-right arrow-up arrow-up-right audio-lines bell bell-off
  bookmark bot braces bug calendar check chevron-down chevron-left chevron-right chevron-up circle circle-alert
  circle-check circle-dot circle-question-mark circle-x clipboard clock code columns-2 contrast copy corner-down-left
  credit-card delete dices download ellipsis ellipsis-vertical external-link eye eye-off fast-forward file-code
  file-text flag flask-conical funnel git-compare globe grid-3x3 hash headphones image inbox info key-round keyboard
  lightbulb link list list-tree loader-circle lock map-pin maximize-2 message-circle message-square mic mic-off
  minimize-2 minus monitor moon mouse-pointer-click package palette panel-right paperclip pause pencil phone phone-call
  phone-forwarded phone-incoming phone-missed phone-off phone-outgoing pin pin-off play plug plus radio refresh-cw
  repeat reply rotate-ccw save search send server server-off settings share-2 shield shield-alert shield-check shield-x
  skip-forward sparkles square star sun terminal timer trash triangle-alert truck unplug upload user user-plus users
  video voicemail volume-2 volume-x webhook wifi-off workflow wrench x zap
)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for package in "${packages[@]}"; do
  mkdir -p "$scratch/${package%@*}"
  archive=$(npm pack --silent --pack-destination "$scratch" "$package")
  tar -xzf "$scratch/$archive" -C "$scratch/${package%@*}" --strip-components 1
done

rm -f web/npm/*
for file in "${files[@]}"; do
  read -r name package path <<<"$file"
  cp "$scratch/$package/$path" "web/npm/$name"
  chmod 644 "web/npm/$name"
done

node --input-type=module - "$scratch/lucide-static/icon-nodes.json" "${icons[@]}" >web/npm/icons.js <<'JS'
import {readFileSync} from "node:fs";
const [file, ...names] = process.argv.slice(2);
const all = JSON.parse(readFileSync(file, "utf8"));
console.log("// Icons of lucide-static, written by npm.sh: the shapes of each in a square of 24 units.\n");
console.log("/** @type {Record<string, [string, Record<string, string>][]>} */");
console.log("export const icons = {");
for (const name of names) {
  if (!all[name]) throw new Error("Lucide has no icon " + name);
  console.log(`  ${JSON.stringify(name)}: ${JSON.stringify(all[name])},`);
}
console.log("};");
JS
files+=("icons.js lucide-static icon-nodes.json")

for file in "${files[@]}"; do
  read -r name package _ <<<"$file"
  node --input-type=module - "$scratch/$package/package.json" "$name" "$(sha256sum "web/npm/$name" | cut -d' ' -f1)" <<'JS'
import {readFileSync} from "node:fs";
const [file, name, sum] = process.argv.slice(2);
const {name: of, version, license} = JSON.parse(readFileSync(file, "utf8"));
console.log([name, of, version, license, sum].join(" "));
JS
done | sort >web/npm/packages.txt
