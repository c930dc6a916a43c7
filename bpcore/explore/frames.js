import { t, tag } from "./kit.js";

// Pictures drawn beforehand, one for each position of one slider or of two.
export function frames(stage) {
  const { labels, forms, pictures } = stage.given;
  const image = tag("img", { class: "bp-frame" });
  stage.add(image);
  const shown = (s) => s.at.reduce((rest, k) => rest[k], pictures);
  for (const [d, label] of labels.entries()) stage.slider({ label: t(label), names: forms[d], path: ["at", d] });
  return {
    numbers: (s) => ({ at: s.at }),
    say: () => "",
    draw(s) {
      const { alt, svg } = shown(s);
      image.alt = alt;
      image.src = `data:image/svg+xml;base64,${svg}`;
    },
  };
}
