"use strict";

// Writes the icons of Font Awesome's script (argument 1) as JSON: style -> name -> [width, height, …, path].
const { readFileSync } = require("node:fs");
const { createContext, runInContext } = require("node:vm");

const window = {};
runInContext(readFileSync(process.argv[2], "utf8"), createContext({ window }));
const { styles } = window.___FONT_AWESOME___;
for (const icons of Object.values(styles)) {
  for (const icon of Object.values(icons)) {
    for (const earlier of icon[2]) icons[earlier] ??= icon; // the names that it had before
  }
}
process.stdout.write(JSON.stringify(styles));
