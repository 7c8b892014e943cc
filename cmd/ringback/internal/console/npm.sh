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
  activity arrow-down-left arrow-left arrow-right arrow-up arrow-up-right audio-lines bell bot bug check chevron-down
  circle circle-alert circle-check circle-dot circle-question-mark circle-x clock code contrast copy corner-down-left
  credit-card download ellipsis-vertical file-text flag git-compare grid-3x3 hash image info key-round keyboard link
  list list-tree loader-circle map-pin message-circle message-square mic mic-off moon mouse-pointer-click pause phone
  phone-call phone-incoming phone-missed phone-off phone-outgoing pin pin-off play plug plus radio refresh-cw repeat
  reply rotate-ccw save search send server server-off settings shield-alert shield-check shield-x skip-forward sun
  terminal timer trash triangle-alert truck unplug upload user-plus users voicemail volume-2 volume-x webhook x
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
