import { bars } from "./bars.js";
import { batches } from "./batches.js";
import { bowl } from "./bowl.js";
import { chain } from "./chain.js";
import { difference } from "./difference.js";
import { faults } from "./faults.js";
import { fit } from "./fit.js";
import { frames } from "./frames.js";
import { Stage } from "./kit.js";
import { knob } from "./knob.js";
import { losses } from "./losses.js";
import { names } from "./names.js";
import { passes } from "./passes.js";
import { playground } from "./playground.js";
import { pulls } from "./pulls.js";
import { region } from "./region.js";
import { tangent } from "./tangent.js";
import { unit } from "./unit.js";
import { valley } from "./valley.js";

const PICTURES = { bars, batches, bowl, chain, difference, faults, fit, frames, knob, losses, names, passes, playground, pulls, region, tangent, unit, valley };

export default {
  render({ model, el }) {
    const stage = new Stage(model, el);
    return stage.open(PICTURES[model.get("kind")](stage));
  },
};
