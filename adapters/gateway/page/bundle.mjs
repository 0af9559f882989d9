// bundle.mjs FILE: checks the types, bundles script and style into one page, and writes the page as
// C++ source with the hash of its script.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

execFileSync("node_modules/.bin/tsc", ["--noEmit"], { stdio: "inherit" });
const bundled = await build({
  entryPoints: ["main.ts"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "ascii",
  legalComments: "inline",
  write: false,
});
// An end tag inside a string would end the script.
const script = bundled.outputFiles[0].text.replaceAll("</script", "<\\/script");
const style = readFileSync("style.css", "utf8");
const page = readFileSync("index.html", "utf8")
  .replace("/*style*/", () => style)
  .replace("/*script*/", () => script);
const hash = createHash("sha256").update(script).digest("base64");

// In pieces: compilers have limits for one literal.
const pieces = page.match(/[^]{1,30000}/g);
const literal = (text) => `R"__page(${text})__page"`;
writeFileSync(
  process.argv[2],
  `#include <string>

#include "adapters/gateway/page.h"

namespace tranchet {
namespace {
constexpr std::string_view kPieces[] = {
${pieces.map(literal).join(",\n")}};
}  // namespace

std::string_view dashboard_page() {
  static const std::string page = [] {
    std::string whole;
    for (const std::string_view piece : kPieces) whole += piece;
    return whole;
  }();
  return page;
}
std::string_view dashboard_script_hash() { return "sha256-${hash}"; }
}  // namespace tranchet
`,
);
