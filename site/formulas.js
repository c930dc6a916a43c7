"use strict";

// Reads pairs [TeX, displayed or not] as JSON, writes the MathML of each, or what Temml says is wrong.
const { readFileSync } = require("node:fs");
const temml = require("./vendor/temml/temml.cjs");

const formulas = JSON.parse(readFileSync(0, "utf8"));
const translated = formulas.map(([tex, displayMode]) => {
  try {
    return { mathml: temml.renderToString(tex, { displayMode, throwOnError: true }) };
  } catch (error) {
    return { error: error.message };
  }
});
process.stdout.write(JSON.stringify(translated));
